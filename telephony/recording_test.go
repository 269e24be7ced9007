package telephony_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
)

// TestRecording is relayed with seeking, its plays are written down, its link nowhere.
func TestRecording(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	uuid := w.pbx.Place(answered)
	w.pbx.Place(missed)
	w.clock.Advance(5 * time.Minute)
	w.hear()
	w.pull()
	id := w.ids(`SELECT id FROM calls WHERE uuid = $1`, uuid)[0]
	sound := pbxsim.Tone(uuid)
	play := func(rangeHeader string) (*telephony.Recording, []byte, error) {
		r, err := w.service.PlayRecording(ctx, w.agent, id, rangeHeader)
		if err != nil {
			return nil, nil, err
		}
		defer r.Body.Close()
		data, err := io.ReadAll(r.Body)
		return r, data, err
	}
	r, data, err := play("")
	require.NoError(t, err)
	require.Equal(t, 200, r.Status)
	require.Equal(t, "audio/mpeg", r.ContentType)
	require.Equal(t, sound, data)
	r, data, err = play("bytes=100-199")
	require.NoError(t, err)
	require.Equal(t, 206, r.Status)
	require.Equal(t, sound[100:200], data)
	require.NotEmpty(t, r.ContentRange)

	w.pbx.Next(pbxsim.FaultLinkExpired, 1)
	_, data, err = play("")
	require.NoError(t, err, "an expired link is asked for again")
	require.Equal(t, sound, data)
	w.pbx.Next(pbxsim.FaultUUIDInternal, 1)
	_, _, err = play("")
	require.NoError(t, err, "by uuid_array, where uuid is answered with INTERNAL")
	w.pbx.Chance(pbxsim.FaultUUIDInternal, 0)
	w.pbx.Next(pbxsim.FaultLinkElsewhere, 1)
	_, _, err = play("")
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err), "a link into our own network is not followed")
	require.NotContains(t, err.Error(), "169.254")

	lonely := w.ids(`SELECT id FROM calls WHERE outcome = 'gave_up'`)[0]
	_, err = w.service.PlayRecording(ctx, w.agent, lonely, "")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	unrecorded := w.pbx.Place(pbxsim.Script{Direction: "inbound", Client: maryPhone, Extension: "101", Talk: time.Minute, NoRecording: true})
	w.clock.Advance(5 * time.Minute)
	w.pull()
	_, err = w.service.PlayRecording(ctx, w.agent, w.ids(`SELECT id FROM calls WHERE uuid = $1`, unrecorded)[0], "")
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err), "not ready, or none: only time can tell")
	require.Len(t, w.ids(`SELECT id FROM recording_plays`), 6)
	require.Len(t, w.ids(`SELECT id FROM audit_entries WHERE action = 'recording.play'`), 6)
	require.Equal(t, "0", w.text(`SELECT (SELECT count(*) FROM calls WHERE raw::text LIKE '%calls-records%') + (SELECT count(*) FROM phone_hooks WHERE convert_from(body, 'UTF8') LIKE '%calls-records%') || ''`))
}
