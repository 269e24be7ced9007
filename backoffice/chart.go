package backoffice

import (
	"fmt"
	"strings"
)

// Chart is a plot drawn by the server, the data of the partial "chart". All lengths are units
// of its view box.
type Chart struct {
	ID     string // unique on the page
	Title  string
	Lead   string // what the plot says, in one sentence
	Now    string // the value that matters now
	Bars   bool
	Left   int // where the plot begins, right of the scale
	Width  int
	Height int
	Points []ChartPoint
	Grid   []ChartLine
	Path   string // of the line through the points
	Area   string // below the line
	Empty  string // what stands there without data
}

// ChartPoint is a value with its place.
type ChartPoint struct {
	Label       string // below the axis
	Text        string // the value in words
	X, Y        int
	Width, Rise int // of the bar
	Known       bool
	Open        bool // its time is not over yet
	LabelX      int
	ShowLabel   bool
}

// ChartLine is a line of the grid with its value.
type ChartLine struct {
	Y    int
	Text string
}

// chartValue is a value to be drawn.
type chartValue struct {
	label, text string
	value       int64
	known       bool // false: there is no value, which is not the same as nought
}

// The view box of a chart: the plot itself begins right of the scale and above the labels.
const (
	chartWidth  = 420
	chartHeight = 190
	chartLeft   = 54
	chartRight  = 8
	chartTop    = 10
	chartBottom = 24
	chartLines  = 4
	labelsMax   = 6
)

// chartSpec says how values are to be drawn.
type chartSpec struct {
	id, title, lead, empty string
	bars                   bool
	// open says that the time of the last value is not over yet.
	open bool
	// low and high bound the scale; high 0 takes what the values need, and at least reaches.
	low, high, reaches int64
	scale              func(int64) string
}

// drawChart places values. A scale without values of its own is never empty, so that nought is
// drawn at the foot.
func drawChart(spec chartSpec, values []chartValue) Chart {
	c := Chart{ID: spec.id, Title: spec.title, Lead: spec.lead, Bars: spec.bars, Left: chartLeft, Width: chartWidth, Height: chartHeight}
	low, high, known := spec.low, spec.high, false
	for _, v := range values {
		known = known || v.known
		if v.known && spec.high == 0 {
			high = max(high, v.value)
		}
	}
	if !known {
		c.Lead, c.Empty = "", spec.empty
		return c
	}
	if spec.high == 0 {
		high = niceCeiling(max(high, spec.reaches))
	}
	plotHeight, plotWidth := int64(chartHeight-chartTop-chartBottom), chartWidth-chartLeft-chartRight
	y := func(v int64) int {
		v = min(max(v, low), high)
		return chartHeight - chartBottom - int((v-low)*plotHeight/max(high-low, 1))
	}
	for i := range chartLines + 1 {
		v := low + (high-low)*int64(i)/chartLines
		c.Grid = append(c.Grid, ChartLine{Y: y(v), Text: spec.scale(v)})
	}
	step := plotWidth / max(len(values), 1)
	every := (len(values) + labelsMax - 1) / labelsMax
	var line []string
	for i, v := range values {
		p := ChartPoint{Label: v.label, Text: v.text, Known: v.known, Open: spec.open && i == len(values)-1, LabelX: chartLeft + step*i + step/2, ShowLabel: (len(values)-1-i)%every == 0}
		p.X, p.Width = chartLeft+step*i+step/6, step*2/3
		if v.known {
			p.Y = y(v.value)
			p.Rise = chartHeight - chartBottom - p.Y
			if v.value > low {
				p.Rise = max(p.Rise, 1) // little is not nothing
			}
			line = append(line, fmt.Sprintf("%d,%d", p.LabelX, p.Y))
			c.Now = v.text
		}
		c.Points = append(c.Points, p)
	}
	c.Path = strings.Join(line, " ")
	if len(line) > 1 && low == 0 { // an area says how much, which a scale cut at the foot does not
		firstX, lastX := strings.Split(line[0], ",")[0], strings.Split(line[len(line)-1], ",")[0]
		foot := chartHeight - chartBottom
		c.Area = fmt.Sprintf("%s,%d %s %s,%d", firstX, foot, c.Path, lastX, foot)
	}
	return c
}

// niceCeiling rounds up to what divides evenly into the lines of the grid.
func niceCeiling(v int64) int64 {
	const ten = 10
	for power := int64(1); ; power *= ten {
		for _, n := range []int64{4, 8, 12, 16, 20, 24, 28, 32, 36} {
			if n*power >= v {
				return n * power
			}
		}
	}
}
