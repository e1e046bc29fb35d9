#include "bench/ceiling/log_signs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr std::size_t kQuoteLength = 220;
constexpr std::size_t kMostQuotes = 4;

// Where several fit a line, the first counts: what is behind a failure stands
// before how it shows.
constexpr std::array kSigns{
    LogSign{"process_descriptors", "Too many open files", "",
            "a program had no descriptor left", ""},
    LogSign{"process_descriptors", "sockets disabled, out-of-fds", "lighttpd",
            "lighttpd had no descriptor left", ""},

    LogSign{"database_locked", "database is locked", "",
            "a program could not write to the queue's database while others "
            "wrote to it",
            ""},

    LogSign{"memory", "Cannot allocate memory", "", "the system refused memory",
            ""},
    LogSign{"memory", "MemoryError", "", "a program got no memory", ""},
    LogSign{"memory", "Out of memory", "", "a program got no memory", ""},
    LogSign{"memory", "No buffer space available", "",
            "the kernel had no buffers left", ""},

    LogSign{"web_connections", "worker_connections are not enough", "nginx",
            "nginx had no connection left in worker_connections (a request in "
            "flight takes two), and closed waiting ones",
            "Raise worker_connections, and worker_rlimit_nofile with it, in "
            "deploy/nginx/nginx.conf: at least twice the concurrency and the "
            "kept connections.",
            true},
    LogSign{"web_connections", "sockets disabled, connection limit reached",
            "lighttpd",
            "lighttpd had as many connections as server.max-connections "
            "allows, and accepted no more",
            "Raise server.max-connections, and server.max-fds to twice as "
            "much, in bench/setup/lighttpd.conf."},

    LogSign{"web_workers", "reached MaxRequestWorkers setting", "Apache",
            "all workers of Apache were busy (MaxRequestWorkers), and other "
            "requests waited for one",
            "Raise MaxRequestWorkers (with ServerLimit and ThreadsPerChild) in "
            "deploy/apache/smsweb-*.conf, as far as cores and memory go.",
            true},
    LogSign{"web_workers", "uWSGI listen queue of socket", "uWSGI",
            "all workers of uWSGI were busy, and its listen queue was full",
            "Raise processes, and listen (with net.core.somaxconn), in "
            "bench/setup/uwsgi.ini."},
    LogSign{"web_workers", "scoreboard is full", "Apache",
            "Apache's scoreboard was full: its workers were all busy or about "
            "to end",
            "Raise ServerLimit in deploy/apache/smsweb-*.conf.", true},

    LogSign{"upstream_queue",
            "failed (11: Resource temporarily unavailable) while connecting "
            "to upstream",
            "nginx",
            "the backlog of the endpoint's socket was full, so that the kernel "
            "refused nginx's connections at once",
            ""},
    LogSign{"upstream_queue", "unable to connect to cgi daemon", "Apache",
            "the backlog of mod_cgid's socket, 100, was full, so that Apache "
            "could not have a program started",
            "Lower MaxRequestWorkers to 100 or less in "
            "deploy/apache/smsweb-cgid.conf, so that requests wait in "
            "ListenBacklog instead."},
    LogSign{"upstream_queue", "(11)Resource temporarily unavailable: AH02454",
            "Apache",
            "the backlog of the endpoint's socket was full, so that the kernel "
            "refused Apache's connections at once",
            ""},
    LogSign{"upstream_queue",
            "(70007)The timeout specified has expired: AH02454", "Apache",
            "the backlog of the endpoint's socket stayed full for as long as "
            "Apache's connectiontimeout",
            ""},
    LogSign{"upstream_queue", "can't apply process slot for", "Apache",
            "all processes that mod_fcgid may have were busy "
            "(FcgidMaxProcesses) for as long as it tries",
            "Make MaxRequestWorkers equal to FcgidMaxProcessesPerClass in "
            "deploy/apache/smsweb-fcgid.conf, so that requests wait in "
            "ListenBacklog instead."},
    LogSign{"upstream_queue", "connection was dropped after accept()",
            "lighttpd",
            "the backlog of the endpoint's socket was full, so that lighttpd's "
            "connections to it failed",
            ""},

    LogSign{"timeout", "upstream timed out", "nginx",
            "the endpoint was silent for longer than nginx waits "
            "(fastcgi_read_timeout; fastcgi_connect_timeout while it connects)",
            "Raise fastcgi_read_timeout in deploy/nginx/smsweb-common.inc, "
            "below the client's own time-out."},
    LogSign{"timeout", "Script timed out before returning headers", "Apache",
            "a program was silent for longer than Apache waits "
            "(CGIDScriptTimeout for mod_cgid, Timeout for mod_cgi)",
            "Raise CGIDScriptTimeout in deploy/apache/smsweb-cgid.conf, or "
            "Timeout in smsweb-cgi.conf, below the client's own time-out."},
    LogSign{"timeout", "AH01220", "Apache",
            "a program was silent for longer than Apache waits (Timeout)",
            "Raise Timeout in deploy/apache/smsweb-cgi.conf, below the "
            "client's own time-out."},
    LogSign{"timeout", "mod_fcgid: read data timeout", "Apache",
            "a program was silent for longer than mod_fcgid waits "
            "(FcgidIOTimeout)",
            "Raise FcgidIOTimeout in deploy/apache/smsweb-fcgid.conf, below "
            "the client's own time-out."},
    LogSign{"timeout", "(70007)The timeout specified has expired", "Apache",
            "the endpoint was silent for longer than mod_proxy_fcgi waits "
            "(timeout= of ProxyPass)",
            "Raise timeout= of ProxyPass in "
            "deploy/apache/smsweb-proxy_fcgi.conf, below the client's own "
            "time-out."},
    LogSign{"timeout", "read timeout on socket", "lighttpd",
            "the endpoint was silent for longer than lighttpd waits "
            "(read-timeout of fastcgi.server)",
            "Raise read-timeout in bench/setup/lighttpd.conf, below the "
            "client's own time-out."},

    LogSign{"program_failed", "couldn't create child process", "Apache",
            "Apache could not start a process for the program", ""},
    LogSign{"program_failed", "couldn't spawn child process", "Apache",
            "Apache could not start a process for the program", ""},
    LogSign{"program_failed", "fork(): Resource temporarily unavailable",
            "uWSGI", "uWSGI could not start a process", ""},
    LogSign{"program_failed", "exit signal", "Apache",
            "a process was ended by a signal", ""},
    LogSign{"program_failed", "exited on signal", "nginx",
            "a process was ended by a signal", ""},
    LogSign{"program_failed",
            "failed (111: Connection refused) while connecting", "nginx",
            "nobody listened at the endpoint's socket", ""},
    LogSign{"program_failed",
            "failed (2: No such file or directory) while connecting", "nginx",
            "the endpoint's socket was not there", ""},
    LogSign{"program_failed", "AH02454", "Apache",
            "Apache could not connect to the endpoint's socket", ""},
    LogSign{"program_failed", "prematurely closed", "nginx",
            "the endpoint closed connections without an answer", ""},
    LogSign{"program_failed", "Traceback (most recent call last)", "Python",
            "the program ended by an exception", ""},
    LogSign{"program_failed", "invalid CGI response", "uWSGI",
            "the program ended, or was ended for being late, without an answer",
            ""},
    LogSign{"program_failed", "End of script output before headers", "Apache",
            "the program ended without an answer", ""},
};

constexpr bool IsTold(const LogSign& sign) {
  return !sign.cause.empty() && !sign.words.empty() && !sign.meaning.empty();
}
static_assert(std::ranges::all_of(kSigns, IsTold));

std::string Shortened(std::string line) {
  if (line.size() <= kQuoteLength) return line;
  line.resize(kQuoteLength);
  while (!line.empty() && (line.back() & 0xC0) == 0x80) line.pop_back();
  return line + " ...";
}

struct Quote {
  const LogSign* sign;
  std::string_view line;
  std::uint64_t count;
};

void Add(std::vector<Quote>& quotes, const LogSign* sign,
         std::string_view line) {
  const auto same = std::ranges::find(quotes, sign, &Quote::sign);
  if (same != quotes.end()) {
    ++same->count;
  } else {
    quotes.push_back({sign, line, 1});
  }
}

std::string ToText(const Quote& quote) {
  const std::string line = Shortened(WithoutQueries(quote.line));
  return quote.count == 1
             ? line
             : fmt::format("{} times: {}", Grouped(quote.count), line);
}

}  // namespace

const LogSign* SignOf(std::string_view line) {
  const auto fits = [&](const LogSign& sign) {
    return line.contains(sign.words);
  };
  const auto found = std::ranges::find_if(kSigns, fits);
  return found == kSigns.end() ? nullptr : &*found;
}

std::string Said::Sentence() const {
  std::string sentence(sign->meaning);
  const bool begins_with_name =
      !sign->program.empty() && sentence.starts_with(sign->program);
  if (!begins_with_name && sentence[0] >= 'a' && sentence[0] <= 'z') {
    sentence[0] -= 'a' - 'A';
  }
  return sentence;
}

Said WhatLogsSay(const std::vector<std::string>& log_lines,
                 std::string_view cause) {
  Said said;
  std::vector<Quote> quotes;
  for (const std::string& line : log_lines) {
    const LogSign* sign = SignOf(line);
    if (!sign || sign->cause != cause) continue;
    if (!said.sign) said.sign = sign;
    ++said.lines;
    Add(quotes, sign, line);
  }
  for (const Quote& quote : quotes) {
    if (said.quotes.size() < kMostQuotes) said.quotes.push_back(ToText(quote));
  }
  return said;
}

std::string WithoutQueries(std::string_view line) {
  std::string shown;
  while (!line.empty()) {
    const auto mark = line.find('?');
    shown += line.substr(0, mark);
    if (mark == line.npos) break;
    line.remove_prefix(mark + 1);
    const auto end = std::min(line.find_first_of(" \""), line.size());
    shown += end == 0 ? "?" : "?...";
    line.remove_prefix(end);
  }
  return shown;
}

}  // namespace smsweb::bench
