package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTrimSamples has the 15 pairs of TRIM.tsv: what came, and what must be shown.
func TestTrimSamples(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(samplesDir, "TRIM.tsv"))
	require.NoError(t, err)
	rows := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	require.Len(t, rows, 15)
	for _, row := range rows {
		f := strings.Split(row, "\t")
		t.Run(f[0], func(t *testing.T) {
			t.Parallel()
			in, err := os.ReadFile(filepath.Join(samplesDir, f[0]))
			require.NoError(t, err)
			want, err := os.ReadFile(filepath.Join(samplesDir, f[1]))
			require.NoError(t, err)
			require.Equal(t, trailing(string(want)), trailing(Trim(string(in))))
		})
	}
}

// TestTrimLetters: nine mailers answer "Hello" (talon's fixtures; where talon keeps "Sent from
// my iPhone" we drop it, as in q07).
func TestTrimLetters(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(samplesDir, "talon", "*.eml"))
	require.NoError(t, err)
	require.Len(t, files, 9)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(f)
			require.NoError(t, err)
			l, err := Read(raw)
			require.NoError(t, err)
			require.Equal(t, "Hello", Trim(l.Text))
			if l.HTML != "" && filepath.Base(f) != "outlook.eml" { // its two forms say different things
				require.Equal(t, "Hello", Trim(PlainText(l.HTML)), "from the HTML form alone")
			}
		})
	}
}

func TestTrimLeavesAlone(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing but a quotation": "> Здравствуйте!\n> Счет во вложении.",
		"answers in between":      "Добрый день!\n\n12.05.2026 10:15, Поддержка пишет:\n> Когда?\nЗавтра.\n> Сколько?\nВсё.",
		"a list with a colon":     "Прошу 12 мая 2026 г. сделать следующее:\n1. Выставить счет\n2. Прислать акт",
		"a signature only":        "-- \nИванова Мария",
		"empty":                   "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, trailing(text), trailing(Trim(text)))
		})
	}
}

func TestTrimSignature(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Оплатили.", Trim("Оплатили.\n\n-- \nС уважением,\nИванова Мария"))
	require.Equal(t, "Оплатили.", Trim("Оплатили.\n\nОтправлено из мобильной Почты Mail.ru"))
	require.Equal(t, "Оплатили.", Trim("Оплатили.\n\nНадіслано з мого iPhone"))
}

// trailing removes white space at line ends and at the end.
func trailing(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
