package outbound

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"prolong"
)

// Limits of the connections to one service.
const (
	connectTimeout      = 5 * time.Second
	handshakeTimeout    = 5 * time.Second
	idleConnTimeout     = 90 * time.Second
	connsPerHostMax     = 16
	answerHeadBytesMax  = 256 << 10
	idleConnsPerHostMax = 4
)

func newTransport(publicOnly bool) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout}
	t := &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		IdleConnTimeout:        idleConnTimeout,
		MaxConnsPerHost:        connsPerHostMax,
		MaxIdleConnsPerHost:    idleConnsPerHostMax,
		MaxResponseHeaderBytes: answerHeadBytesMax,
		Proxy:                  http.ProxyFromEnvironment,
		TLSHandshakeTimeout:    handshakeTimeout,
	}
	if publicOnly {
		// Checked at the moment of connecting, after the name was resolved: a name that answers
		// differently the second time does not get through. A proxy would hide the address.
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return checkPublic(address) }
		t.Proxy = nil
	}
	return t
}

// reserved lists networks that netip does not name but that are nobody's public address.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),      // this network
	netip.MustParsePrefix("100.64.0.0/10"),  // carrier's own (RFC 6598)
	netip.MustParsePrefix("192.0.0.0/24"),   // protocol assignments
	netip.MustParsePrefix("198.18.0.0/15"),  // measurements
	netip.MustParsePrefix("240.0.0.0/4"),    // reserved, broadcast
	netip.MustParsePrefix("64:ff9b::/96"),   // IPv4 inside IPv6: could name any of the above
	netip.MustParsePrefix("2002::/16"),      // 6to4, the same
	netip.MustParsePrefix("64:ff9b:1::/48"), // local NAT64
	netip.MustParsePrefix("2001::/32"),      // Teredo
	netip.MustParsePrefix("100::/64"),       // discard
	netip.MustParsePrefix("fec0::/10"),      // old site-local
}

// checkPublic refuses an address that is not a public one.
func checkPublic(address string) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("outbound: %w", err)
	}
	ip := ap.Addr().Unmap()
	public := ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback()
	for _, p := range reserved {
		public = public && !p.Contains(ip)
	}
	if !public {
		return prolong.NewError(prolong.CodeInvalid, "error.address_not_public", prolong.Args{"Address": ip.String()})
	}
	return nil
}
