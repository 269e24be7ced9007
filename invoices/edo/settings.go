package edo

import (
	"slices"
	"strings"

	"prolong"
	"prolong/internal/outbound"
)

// Key is a setting of an operator.
type Key struct {
	Name     string
	Required bool
	// Secret settings hold where the secret lies, never the secret: ${NAME} or file:PATH.
	Secret bool
}

// URLKey is the setting of another address of the interface: a sandbox, a proxy.
var URLKey = Key{Name: "url"}

// CheckSettings verifies settings as they were declared, without reading a secret. Returns
// CodeInvalid that names the setting.
func CheckSettings(operator string, keys []Key, values map[string]string) error {
	bad := func(key, setting string) error {
		return prolong.NewError(prolong.CodeInvalid, key, prolong.Args{"Operator": operator, "Setting": setting})
	}
	known := make([]string, 0, len(keys))
	for _, k := range keys {
		known = append(known, k.Name)
		value := values[k.Name]
		switch {
		case value == "" && k.Required:
			return bad("error.edo_setting_missing", k.Name)
		case value == "":
		case k.Secret && !outbound.IsReference(value):
			return bad("error.edo_setting_secret", k.Name)
		case k.Name == URLKey.Name && !outbound.SafeAddress(value):
			return bad("error.edo_setting_url", k.Name)
		}
	}
	for name := range values {
		if !slices.Contains(known, name) {
			return prolong.NewError(prolong.CodeInvalid, "error.edo_setting_unknown", prolong.Args{"Operator": operator, "Setting": name, "Allowed": strings.Join(known, ", ")})
		}
	}
	return nil
}

// ReadSettings returns the settings with the secrets in place of their references. Returns
// CodeInvalid that names the reference, never what it led to.
func ReadSettings(operator string, keys []Key, values map[string]string, c Config) (map[string]string, error) {
	if err := CheckSettings(operator, keys, values); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, k := range keys {
		value := values[k.Name]
		if k.Secret && value != "" {
			secret, ok := c.Secrets.Read(value)
			if !ok {
				return nil, prolong.NewError(prolong.CodeInvalid, "error.edo_secret_missing", prolong.Args{"Operator": operator, "Reference": value})
			}
			value = secret
		}
		out[k.Name] = strings.TrimSuffix(value, "/")
	}
	return out, nil
}
