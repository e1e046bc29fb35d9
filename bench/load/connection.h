// One connection to the server: a socket and where its request stands. Passive:
// the worker calls it when the socket is ready, watches for what `wanted()`
// says, and keeps the time.
//
//   kClosed -> kConnecting -> kOpen -> kSending -> kReceiving -> kOpen or
//   kClosed
//
// On loopback a connection is mostly there as soon as it is asked for. So a
// request is sent at once, which tells as well: kConnecting -> kSending.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "bench/load/http_answer.h"
#include "bench/load/load.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

// From where to where. Source INADDR_ANY: as the system chooses.
struct Route {
  in_addr_t source = INADDR_ANY;  // both in network byte order
  in_addr_t address = 0;
  in_port_t port = 0;
};

// Bytes to and from the server.
struct Traffic {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

class Connection {
 public:
  enum class State : std::uint8_t {
    kClosed,
    kConnecting,
    kOpen,  // established, without a request
    kSending,
    kReceiving,
  };
  enum class Step : std::uint8_t {
    kWaits,     // for what wanted() says
    kAnswered,  // answer() is whole
    kFailed,    // of fault()
  };

  State state() const { return state_; }
  bool established() const { return state_ >= State::kOpen; }
  int fd() const { return fd_.get(); }
  // Events of epoll(7) that it waits for.
  std::uint32_t wanted() const;
  RequestFault fault() const { return fault_; }
  const HttpAnswer& answer() const { return answer_; }

  // Closed before: a new socket.
  Step Connect(const Route& route);
  // Whether it is established by now, where there is nothing to send yet.
  Step FinishConnecting();
  // Sends what is left of the request; the same text each time.
  Step Send(std::string_view request, bool to_head, Traffic& traffic);
  // Through `buffer`, which holds nothing from call to call.
  Step Receive(std::span<char> buffer, Traffic& traffic);
  // kReceiving with a whole answer to kOpen. False: it has to be closed.
  bool Keep();
  void Close();

 private:
  Step Fail(RequestFault fault);
  Step OnSendError(int error_number);

  UniqueFd fd_;
  State state_ = State::kClosed;
  RequestFault fault_ = RequestFault::kOther;
  bool was_reset_ = false;
  std::uint32_t sent_ = 0;  // of the request, bytes
  HttpAnswer answer_;
};

}  // namespace smsweb::bench
