package outbound

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckPublic(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"8.8.8.8:443": true, "[2a00:1450:4010::1]:443": true, "93.184.216.34:80": true,
		"127.0.0.1:80": false, "[::1]:80": false, "10.1.2.3:80": false, "172.16.0.1:80": false, "192.168.0.1:80": false,
		"169.254.169.254:80": false, "0.0.0.0:80": false, "100.64.0.1:80": false, "224.0.0.1:80": false, "255.255.255.255:80": false,
		"[fe80::1]:80": false, "[fc00::1]:80": false, "[::ffff:127.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false,
		"not an address": false,
	} {
		require.Equal(t, public, checkPublic(address) == nil, address)
	}
}
