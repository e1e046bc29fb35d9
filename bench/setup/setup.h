// Set-ups under test: a web server, the endpoint behind it, a spooler and
// simulated modems, all on loopback, in a private folder, started by us and
// stopped by the process ids that we hold.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/sample/sampler.h"
#include "bench/setup/names.h"
#include "common/base/error.h"

namespace smsweb::bench {

// A kind of set-up, by the name that cases and command lines use.
struct SetupKind {
  std::string_view name;      // "nginx-fastcgi"
  std::string_view title;     // "nginx, FastCGI, kept connections"
  std::string_view packages;  // of Debian, that it needs: "nginx"
};
// nginx-fastcgi, nginx-fastcgi-unkept, apache-proxy-fcgi, apache-fcgid,
// apache-cgid, apache-cgi, uwsgi-cgi, lighttpd-fastcgi, paper.
std::span<const SetupKind> SetupKinds();
const SetupKind* FindSetup(std::string_view name);
// kInvalid, with the names that there are.
std::unexpected<Error> NoSuchSetup(std::string_view name);
// Empty if it can be started here, else what is missing and how to get it.
std::string WhatIsMissing(const SetupKind& kind);

// A slow board, in effect: everything of the set-up in a cgroup (v1 or v2;
// root), but for the simulated modems, which are beside a board and not on it.
// Up to one core, it is always the same one.
struct BoardLimit {
  double cores = 0;          // 0.5: half of one; 0: as many as there are
  std::uint64_t memory = 0;  // bytes; 0: as much as there is
};

struct SetupOptions {
  std::filesystem::path programs;  // with smsweb-cgi, smswebd, smsweb-sim
  std::filesystem::path shared;  // with deploy/ and bench/ of the checkout, or
                                 // of where it was installed
  std::filesystem::path
      folder;  // private folders are made in here; not a tmpfs
  int modems = 1;
  std::chrono::milliseconds send_time{0};     // of a simulated modem
  std::chrono::milliseconds report_delay{0};  // of the simulated network
  std::string device;    // a real modem in place of the simulated ones
  bool spooler = true;   // false: messages stay in the queue
  bool reports = false;  // message.report
  int web_workers = 0;   // processes of nginx; 0: as shipped
  int endpoints = 1;     // smsweb-cgi side by side (nginx)
  // Connections that nginx (each worker) and smsweb-cgi may hold; 0: as
  // shipped.
  std::uint64_t connections = 0;
  // The limit of descriptors, soft and hard, that the web server and smsweb-cgi
  // are started with; 0: the hard one.
  std::uint64_t server_descriptors = 0;
  BoardLimit limit;
  bool keep = false;  // the folder is not removed
};

// How many messages there are, by the store's own book.
struct QueueCount {
  std::uint64_t messages = 0;  // in all, those that were sent too
  std::map<std::string, std::uint64_t> states;
};

class Setup {
 public:
  virtual ~Setup() = default;  // stops all of it, the last started first
  virtual const SetupKind& kind() const = 0;
  virtual std::uint16_t port() const = 0;  // of the web server, at 127.0.0.1
  virtual std::vector<SampleGroup> groups()
      const = 0;  // web, endpoint, spooler,
                  // modem: as there are
  virtual const std::filesystem::path& folder() const = 0;
  virtual std::filesystem::path phone() const = 0;  // the simulator's record
  // Logs of the web server and of the programs, by name: "smsweb-cgi" (with -1,
  // -2 where there are several), "smswebd", "smsweb-sim", "nginx" and "nginx
  // errors"; with a real modem "trace" is its trace, and smswebd's log is at
  // level info. Access logs are not among them.
  virtual std::vector<std::pair<std::string, std::filesystem::path>> logs()
      const = 0;
  // What runs, with versions: {"nginx", "1.22.1"}.
  virtual std::map<std::string, std::string> versions() const = 0;
  // The sizes that matter for the ceiling, as configured, by the names that
  // their files have for them:
  //   nginx     worker_processes, worker_connections, worker_rlimit_nofile,
  //             keepalive, backlog
  //   Apache    ServerLimit, StartServers, ThreadsPerChild, MaxRequestWorkers,
  //             AsyncRequestWorkerFactor, ListenBacklog, FcgidMaxProcesses
  //   uWSGI     processes, threads, listen
  //   lighttpd  server.max-fds, server.max-connections, server.listen-backlog
  //   smsweb    endpoint.backlog, endpoint.max_connections,
  //             endpoint.max_waiting, endpoint.workers
  // and "endpoints", how many smsweb-cgi run, and "descriptors", that the web
  // server and smsweb-cgi were started with. What a file does not say is not
  // there.
  virtual std::map<std::string, std::int64_t> sizes() const = 0;
  virtual Result<QueueCount> CountQueue() = 0;
  // Commands with which it was started, for the report.
  virtual std::vector<std::string> commands() const = 0;
  // kUnavailable with the name and the last words of a program that has ended.
  virtual Result<void> CheckAlive() = 0;
};

// From a thread that lives as long as the set-up: its programs are ended when
// the thread that started them is gone. kInvalid: no such set-up, or an option
// that it has not. kUnavailable: what is missing, or did not come up, with the
// end of its log.
Result<std::unique_ptr<Setup>> StartSetup(std::string_view name,
                                          const SetupOptions& options);

}  // namespace smsweb::bench
