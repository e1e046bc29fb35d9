// A load of HTTP requests on one address, from as many processes and source
// addresses as it takes, so that neither descriptors nor ports of the client
// limit it.
//
// Closed loop (`rate` 0): `concurrency` connections, each sends its next
// request when it has the answer to the last. What ab does. A slow server is
// asked less often, and is flattered by it.
//
// Open loop (`rate`): requests are due at fixed times whatever the server does;
// latency is counted from the time a request was due, not from when a
// connection came free for it: a stall is seen by every request that was due in
// it (no coordinated omission).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/load/latency.h"
#include "common/base/error.h"

namespace smsweb::bench {

// What each request says. "{n}" in target and body is the request's number, in
// decimal digits; "{n7}" the same with leading zeros to seven digits.
struct RequestTemplate {
  std::string method = "GET";
  std::string target = "/";  // path and query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct LoadPlan {
  std::string address = "127.0.0.1";  // IPv4
  std::uint16_t port = 80;
  std::string host;  // of the Host header; empty: address:port
  RequestTemplate request;
  std::uint64_t first_number = 0;
  std::uint64_t requests = 1;  // in all; numbers first_number and on
  // No request begins later than this; those in flight are waited for, and the
  // rest of `requests` is not counted as asked. In an open loop those that were
  // due by then are asked for; what no connection came free for was not sent.
  // 0: until all are done.
  std::chrono::milliseconds duration{0};
  std::uint64_t concurrency = 1;  // at once; in an open loop, at the most
  double rate = 0;                // requests/s; 0: closed loop
  bool keep_alive = false;        // connections, from request to request
  // No request is sent before all `concurrency` connections are established (or
  // have failed, or connect_patience is over): so many are there at once. The
  // first request of each is due at that moment; one whose connection failed
  // has failed with it.
  bool together = false;
  std::chrono::milliseconds connect_patience{60'000};
  // Of a request, connecting included; in an open loop from when a connection
  // came free for it.
  std::chrono::milliseconds timeout{30'000};
  // Of all of it. Requests that are under way then have timed out.
  std::chrono::milliseconds limit{600'000};
  int processes = 0;    // 0: a core each, more where descriptors ask for it
  int sources = 0;      // addresses 127.0.0.1, .2, ...; 0: as ports ask for; 1
                        // where `address` is not in 127.0.0.0/8
  bool record = false;  // LoadResult::records
};

// What a plan leaves open (0). `requests`: with a duration, as many as come due
// in it, or, in a closed loop, without end; else one. `concurrency`: one; in an
// open loop as many as there are requests, 10,000 at the most.
void FillIn(LoadPlan& plan);

// What may become of a request that got no answer.
enum class RequestFault : std::uint8_t {
  kConnectRefused,  // nobody listens, or a backlog that refuses
  kConnectReset,    // reset before anything of an answer came
  kConnectTimeout,  // no connection within the time-out
  kAnswerTimeout,   // connected, and no whole answer within it
  kClosedEarly,     // closed before the answer was whole
  kClosedKept,      // a kept connection, closed before anything of an answer
                    // came: idle, or with the request
  kNotHttp,         // what came is no HTTP answer
  kNoDescriptor,    // EMFILE, ENFILE: ours
  kNoPort,          // EADDRNOTAVAIL: ours
  kNoMemory,        // ENOBUFS, ENOMEM
  kOther,
  kNotSent,  // the limit of the whole load, or its duration, was over before
             // its turn
};
std::string_view ToString(RequestFault fault);

// Times of CLOCK_MONOTONIC, in microseconds.
struct RequestRecord {
  std::uint64_t number = 0;
  std::int64_t due_us = 0;   // closed loop: when its connecting began; 0: it
                             // was not sent
  std::int64_t sent_us = 0;  // its last byte was given to the kernel; 0: never
  std::int64_t answered_us = 0;  // the last byte of the answer; 0: never
  int status = 0;                // of HTTP; 0: none
};

struct LoadResult {
  double seconds = 0;  // from the first that was due to the end of the last one
  // 2xx within the plan's `duration`: the goodput of a load of time, whatever
  // the last of its requests took. 0 without one.
  std::uint64_t succeeded_in_time = 0;
  std::uint64_t asked = 0;  // requests of the plan, or of its duration
  std::map<int, std::uint64_t> statuses;  // answers, by HTTP status
  std::map<RequestFault, std::uint64_t> faults;
  // Of answers that are not 2xx: their problem+json `code`, else the first
  // words of the body. At most 32 kinds.
  std::map<std::string, std::uint64_t> problems;
  LatencyHistogram latency;  // of answers with 2xx, from due to the last byte
  LatencyHistogram refused_latency;  // of all other answers
  LatencyHistogram connect;          // from due to connected
  // Open loop: how much later than it could have been a request was begun, by
  // our own doing. More than a little: the load was not what was asked for.
  LatencyHistogram lateness;
  std::uint64_t peak_connected = 0;  // connections established at once
  std::uint64_t peak_open = 0;       // sockets at once, those that connect too
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  double cpu_seconds = 0;  // of our own processes, user and system
  int processes = 0;
  int sources = 0;
  bool interrupted = false;  // by SIGINT or SIGTERM: this is what there was
  std::vector<RequestRecord> records;  // by number, if asked for

  std::uint64_t Answered() const;   // with whatever status
  std::uint64_t Succeeded() const;  // with 2xx
  std::uint64_t Failed() const;     // faults, all of them
};

// What has happened so far, about twice a second.
struct LoadProgress {
  std::uint64_t asked = 0;
  std::uint64_t done = 0;  // answered or failed
  std::uint64_t succeeded = 0;
  std::uint64_t connected = 0;  // now
};

// Runs it to its end, in processes that it forks (so from a process without
// threads), and that end with it. While it runs, SIGINT and SIGTERM end the
// load, not the program: in order at first, at once the second time.
//
// No request is sent twice. A kept connection that the server closes while it
// is idle, or says it will (Connection: close), is made anew for the next
// request; one that it closes when a request may already be on its way fails
// that request (kClosedKept), for nobody knows whether it was carried out.
//
// kInvalid: the plan makes no sense (which field, and why). kUnavailable: the
// processes can't be started, one of them died, or the system can't hold so
// many connections (with how many it could).
Result<LoadResult> RunLoad(
    const LoadPlan& plan,
    const std::function<void(const LoadProgress&)>& progress = {});

}  // namespace smsweb::bench
