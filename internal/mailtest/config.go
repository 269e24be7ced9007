package mailtest

import (
	"os"
	"os/user"
	"strings"
)

// eximConfig writes Exim's configuration: mail for known addresses goes into Maildirs, files
// in refuse/ and defer/ decide about single addresses.
func eximConfig(dir, port string) string {
	name, group := names()
	return strings.NewReplacer("NAME", name, "GROUP", group, "DIR", dir, "PORT", port, "USER", User, "PASSWORD", Password).Replace(`
primary_hostname = mx.example.test
daemon_smtp_ports = PORT
local_interfaces = 127.0.0.1
spool_directory = DIR/spool
log_file_path = DIR/log/%s.log
pid_file_path = DIR/run/exim.pid
# who may start the daemon: Exim asks for its own user
exim_user = NAME
exim_group = GROUP
never_users =
deliver_drop_privilege = true
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 100
# deliver each message at once, however many come over one connection
smtp_accept_queue_per_connection = 0
message_size_limit = 30M
tls_advertise_hosts = *
tls_certificate = DIR/cert.pem
tls_privatekey = DIR/cert.pem
auth_advertise_hosts = *
acl_smtp_rcpt = rcpt
acl_smtp_data = data
chunking_advertise_hosts =
pipelining_advertise_hosts = *
timeout_frozen_after = 1h
no_message_logs
log_selector = +incoming_port

begin acl
rcpt:
  deny    message = mailbox is full for good
          condition = ${if exists{DIR/refuse/${lc:$local_part@$domain}}}
  defer   message = try again later
          condition = ${if exists{DIR/defer/${lc:$local_part@$domain}}}
  require message = unknown mailbox
          verify = recipient
  accept
data:
  accept

begin routers
mailbox:
  driver = accept
  address_data = ${lookup{${lc:$local_part@$domain}}lsearch*{DIR/mailboxes}{$value}fail}
  transport = maildir

begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = DIR/mail/$address_data
  create_directory
  delivery_date_add
  envelope_to_add
  return_path_add

begin retry
* * F,1h,1s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{USER}}{eq{$auth3}{PASSWORD}}}}
  server_set_id = $auth2
`)
}

// dovecotConfig writes Dovecot's configuration for one unprivileged user.
func dovecotConfig(dir, imapPort, imapsPort string) string {
	name, group := names()
	return strings.NewReplacer("DIR", dir, "IMAPPORT", imapPort, "IMAPSPORT", imapsPort, "NAME", name, "GROUP", group).Replace(`
base_dir = DIR/run/dovecot
state_dir = DIR/state
log_path = DIR/log/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = NAME
default_internal_group = GROUP
default_login_user = NAME
mail_location = maildir:DIR/mail/%u
first_valid_uid = 1
ssl = yes
ssl_cert = <DIR/cert.pem
ssl_key = <DIR/cert.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_fsync = never
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = IMAPPORT
  }
  inet_listener imaps {
    port = IMAPSPORT
    ssl = yes
  }
}
service stats {
  chroot =
}
passdb {
  driver = passwd-file
  args = username_format=%u DIR/passwords
}
userdb {
  driver = static
  args = uid=NAME gid=GROUP home=DIR/mail/%u
}
namespace inbox {
  inbox = yes
}
`)
}

// names returns the names of the servers' user and group.
func names() (name, group string) {
	name, group = serverUser, "nogroup"
	if os.Geteuid() == 0 {
		return name, group
	}
	if u, err := user.Current(); err == nil {
		name = u.Username
		if g, err := user.LookupGroupId(u.Gid); err == nil {
			group = g.Name
		}
	}
	return name, group
}
