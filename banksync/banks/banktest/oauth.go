package banktest

import (
	"fmt"
	"net/http"
	"strings"
)

const clientSecret = "simulated-client-secret-9a"

// sessions are the tokens of a renewable access. Each renewal voids the refresh token that was
// used, as the banks do.
type sessions struct {
	access  string
	refresh string
	renewed int
}

// renew answers at the token address.
func (s *Simulator) renew(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		s.say(w, http.StatusBadRequest, row{"error": "invalid_request"})
		return
	}
	s.mu.Lock()
	f := r.PostForm
	ok := f.Get("grant_type") == "refresh_token" && f.Get("client_id") == "prolong" && f.Get("client_secret") == clientSecret && f.Get("refresh_token") == s.oauth.refresh
	if ok {
		s.oauth.renewed++
		s.oauth.access = fmt.Sprintf("simulated-access-%d", s.oauth.renewed)
		s.oauth.refresh = fmt.Sprintf("simulated-refresh-%d", s.oauth.renewed+1)
	}
	answer := row{"access_token": s.oauth.access, "refresh_token": s.oauth.refresh, "expires_in": 3600, "token_type": "Bearer"}
	given := f.Get("refresh_token")
	s.mu.Unlock()
	if !ok {
		// Careless, as services are: it repeats what it was given.
		s.say(w, http.StatusBadRequest, row{"error": "invalid_grant", "error_description": "refresh token " + given + " is not valid"})
		return
	}
	s.say(w, http.StatusOK, answer)
}

// Renewed counts how often the access was renewed.
func (s *Simulator) Renewed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.oauth.renewed
}

// session says whether the request has the access token of now.
func (s *Simulator) session(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && given != "" && given == s.oauth.access
}

// renewable are the settings of an access that is renewed.
func renewable() map[string]string {
	return map[string]string{"client_id": "prolong", "client_secret": "${BANK_SECRET}", "refresh_token": "file:refresh.token"}
}
