package onlinepbx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"prolong"
	"prolong/telephony"
)

// expiredMark is the body of the 404 by which an old link answers.
const (
	expiredMark        = "KEY_IS_EXPIRED"
	errorBodyBytesMax  = 4 << 10
	recordingLinkTries = 2
)

// Recording implements telephony.PBX. The link that the exchange gives opens for whoever has
// it, for minutes: it is used at once and forgotten.
func (c *Client) Recording(ctx context.Context, uuid, rangeHeader string) (*telephony.Recording, error) {
	for try := 1; ; try++ {
		link, err := c.recordingLink(ctx, uuid)
		if err != nil {
			return nil, err
		}
		r, err := c.open(ctx, link, rangeHeader)
		if errors.Is(err, errExpired) && try < recordingLinkTries {
			continue
		}
		if errors.Is(err, errExpired) {
			return nil, unavailable("error.recording_not_ready", err)
		}
		return r, err
	}
}

var errExpired = errors.New("onlinepbx: the link has expired")

// recordingLink asks for a link. The flag download replaces the whole answer by it. One source
// says that some accounts answer INTERNAL to uuid and want uuid_array.
func (c *Client) recordingLink(ctx context.Context, uuid string) (*url.URL, error) {
	hasty := internalPauses[:1] // a person waits for the sound
	data, err := c.ask(ctx, "mongo_history/search.json", url.Values{"uuid": {uuid}, "download": {"1"}}, hasty)
	if err != nil && strings.Contains(err.Error(), `"INTERNAL"`) {
		data, err = c.ask(ctx, "mongo_history/search.json", url.Values{"uuid_array": {uuid}, "download": {"1"}}, hasty)
	}
	if err != nil {
		return nil, err
	}
	var address string
	if err := json.Unmarshal(data, &address); err != nil || address == "" {
		// No link: not ready yet, or nothing was recorded. Which of the two is a matter of time.
		return nil, unavailable("error.recording_not_ready", errors.New("onlinepbx: no link"))
	}
	link, err := url.Parse(address)
	if err != nil || link.Scheme != c.base.Scheme || link.Host != c.base.Host || link.User != nil {
		// Whoever could forge an answer could have us call anything inside our network.
		return nil, unavailable("error.pbx_unavailable", errors.New("onlinepbx: a link that leads elsewhere"))
	}
	return link, nil
}

// open begins to read a recording.
func (c *Client) open(ctx context.Context, link *url.URL, rangeHeader string) (*telephony.Recording, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("onlinepbx: %w", err)
	}
	if rangeHeader != "" {
		req.Header.Set("Range", rangeHeader)
	}
	res, err := c.cfg.Media.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusPartialContent {
		defer res.Body.Close()
		text, readErr := io.ReadAll(io.LimitReader(res.Body, errorBodyBytesMax))
		switch {
		case strings.Contains(string(text), expiredMark):
			return nil, errExpired
		case res.StatusCode == http.StatusNotFound:
			return nil, prolong.NewError(prolong.CodeNotFound, "error.recording_none", nil)
		}
		return nil, unavailable("error.pbx_unavailable", errors.Join(fmt.Errorf("onlinepbx: recording: status %d", res.StatusCode), readErr))
	}
	return &telephony.Recording{
		Status: res.StatusCode, ContentType: res.Header.Get("Content-Type"), ContentLength: res.ContentLength,
		ContentRange: res.Header.Get("Content-Range"), AcceptRanges: res.Header.Get("Accept-Ranges"), Body: res.Body,
	}, nil
}
