// Lines of logs as web servers and programs wrote them when their limits were
// provoked: nginx 1.22.1, Apache 2.4.71, lighttpd 1.4.69, uWSGI 2.0.21.
#pragma once

#include <string>

namespace smsweb::bench {

struct LogCase {
  std::string line;
  std::string cause;  // empty: none
};

inline const LogCase
    kLogCases
        [] =
            {
                // nginx
                {R"(2026/11/26 12:04:20 [warn] 11755#11755: 64 worker_connections are not enough, reusing connections)",
                 "web_connections"},
                {R"(2026/11/26 12:04:21 [error] 11872#11872: *11 connect() to unix:/run/smsweb/cgi.sock failed (11: Resource temporarily unavailable) while connecting to upstream, client: 127.0.0.1, server: , request: "GET /s.py?... HTTP/1.0", upstream: "fastcgi://unix:/run/smsweb/cgi.sock:", host: "127.0.0.1:9180")",
                 "upstream_queue"},
                {R"(2026/11/26 12:04:23 [crit] 11952#11952: accept4() failed (24: Too many open files))",
                 "process_descriptors"},
                {R"(2026/11/26 12:04:23 [alert] 11952#11952: *3 socket() failed (24: Too many open files) while connecting to upstream, client: 127.0.0.1, server: , request: "GET /s.py?... HTTP/1.0", upstream: "fastcgi://unix:/run/smsweb/cgi.sock:", host: "127.0.0.1:9180")",
                 "process_descriptors"},
                {R"(2026/11/26 12:04:34 [error] 12092#12092: *10 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 127.0.0.1, server: , request: "GET /s.py?... HTTP/1.0", upstream: "fastcgi://unix:/run/smsweb/cgi.sock", host: "127.0.0.1:9180")",
                 "timeout"},
                {R"(2026/11/26 12:14:34 [crit] 29129#29129: *1 connect() to unix:/run/smsweb/cgi.sock failed (2: No such file or directory) while connecting to upstream, client: 127.0.0.1, server: )",
                 "program_failed"},
                {R"(2026/11/26 12:14:34 [error] 29145#29145: *1 connect() to unix:/run/smsweb/cgi.sock failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: )",
                 "program_failed"},
                // Apache
                {R"([Thu Nov 26 12:06:57.466659 2026] [mpm_prefork:error] [pid 16159:tid 16159] AH00161: server reached MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting)",
                 "web_workers"},
                {R"([Thu Nov 26 12:07:30.181016 2026] [mpm_event:error] [pid 16923:tid 16923] AH00484: server reached MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting)",
                 "web_workers"},
                {R"([Thu Nov 26 12:06:15.370391 2026] [mpm_event:error] [pid 14692:tid 14692] AH03490: scoreboard is full, not at MaxRequestWorkers.Increase ServerLimit.)",
                 "web_workers"},
                {R"([Thu Nov 26 12:06:14.676567 2026] [core:error] [pid 14695:tid 14761] (24)Too many open files: AH02179: apr_socket_accept: (client socket))",
                 "process_descriptors"},
                {R"([Thu Nov 26 12:06:16.384668 2026] [proxy:error] [pid 14781:tid 14809] (24)Too many open files: AH02453: FCGI: error creating Unix domain socket /run/smsweb/cgi.sock (smsweb:8000))",
                 "process_descriptors"},
                {R"([Thu Nov 26 12:06:09.488848 2026] [proxy_fcgi:error] [pid 14503:tid 14505] (70007)The timeout specified has expired: [client 127.0.0.1:55062] AH01075: Error dispatching request to :9181: (polling))",
                 "timeout"},
                {R"([Thu Nov 26 12:07:35.838672 2026] [cgid:error] [pid 18370:tid 18372] [client 127.0.0.1:60010] Script timed out before returning headers: slow.cgi)",
                 "timeout"},
                {R"([Thu Nov 26 12:30:51.507481 2026] [cgi:warn] [pid 10378:tid 10378] [client 127.0.0.1:46460] AH01220: Timeout waiting for output from CGI script /srv/cgi/slow.cgi)",
                 "timeout"},
                {R"([Thu Nov 26 12:11:07.718666 2026] [fcgid:warn] [pid 26378:tid 26380] [client 127.0.0.1:52778] mod_fcgid: read data timeout in 2 seconds)",
                 "timeout"},
                {R"([Thu Nov 26 12:13:51.118256 2026] [fcgid:warn] [pid 27606:tid 27648] [client 127.0.0.1:53742] mod_fcgid: can't apply process slot for /srv/cgi/f.py)",
                 "upstream_queue"},
                {R"([Thu Nov 26 12:07:17.996590 2026] [cgi:error] [pid 16682:tid 16682] [client 127.0.0.1:45530] End of script output before headers: dies.cgi)",
                 "program_failed"},
                {R"([Thu Nov 26 12:07:40.463941 2026] [cgi:error] [pid 18924:tid 18924] (11)Resource temporarily unavailable: [client 127.0.0.1:59668] couldn't create child process: 11: slow.cgi)",
                 "program_failed"},
                {R"([Thu Nov 26 12:07:24.398827 2026] [cgi:error] [pid 16803:tid 16803] [client 127.0.0.1:45938] AH01215: stderr from /srv/cgi/s.py: sqlite3.OperationalError: database is locked)",
                 "database_locked"},
                {R"([Thu Nov 26 12:07:24.398700 2026] [cgi:error] [pid 16803:tid 16803] [client 127.0.0.1:45938] AH01215: stderr from /srv/cgi/s.py: Traceback (most recent call last):)",
                 "program_failed"},
                {R"([Thu Nov 26 12:31:05.697816 2026] [cgi:error] [pid 10810:tid 10810] [client 127.0.0.1:37878] AH01215: stderr from /srv/cgi/s.py: MemoryError)",
                 "memory"},
                {R"([Thu Nov 26 12:07:23.040057 2026] [mpm_prefork:notice] [pid 16801:tid 16801] AH00163: Apache/2.4.71 (Debian) configured -- resuming normal operations)",
                 ""},
                // lighttpd
                {R"(2026-11-26 12:08:10: (server.c.1089) [note] sockets disabled, connection limit reached)",
                 "web_connections"},
                {R"(2026-11-26 12:08:14: (gw_backend.c.2026) connection was dropped after accept() (perhaps the gw process died), write-offset: 0 socket: unix:/run/smsweb/cgi.sock)",
                 "upstream_queue"},
                {R"(2026-11-26 12:31:13: (gw_backend.c.2708) read timeout on socket: unix:/run/smsweb/cgi.sock (fd: 9))",
                 "timeout"},
                {R"(2026-11-26 12:08:10: (server.c.1081) [note] sockets enabled again)",
                 ""},
                // uWSGI
                {R"(Thu Nov 26 12:09:15 2026 - *** uWSGI listen queue of socket "127.0.0.1:9183" (fd: 3) full !!! (9/8) ***)",
                 "web_workers"},
                {R"(fork(): Resource temporarily unavailable [core/master_utils.c line 766])",
                 "program_failed"},
                {R"(invalid CGI response !!!)", "program_failed"},
};

}  // namespace smsweb::bench
