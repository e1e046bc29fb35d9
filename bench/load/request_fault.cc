#include "bench/load/request_fault.h"

#include <cerrno>

namespace smsweb::bench {

std::string_view ToString(RequestFault fault) {
  switch (fault) {
    case RequestFault::kConnectRefused:
      return "connect_refused";
    case RequestFault::kConnectReset:
      return "connect_reset";
    case RequestFault::kConnectTimeout:
      return "connect_timeout";
    case RequestFault::kAnswerTimeout:
      return "answer_timeout";
    case RequestFault::kClosedEarly:
      return "closed_early";
    case RequestFault::kClosedKept:
      return "closed_kept";
    case RequestFault::kNotHttp:
      return "not_http";
    case RequestFault::kNoDescriptor:
      return "no_descriptor";
    case RequestFault::kNoPort:
      return "no_port";
    case RequestFault::kNoMemory:
      return "no_memory";
    case RequestFault::kOther:
      return "other";
    case RequestFault::kNotSent:
      return "not_sent";
  }
  return "other";
}

RequestFault FaultOf(int error_number, bool answer_began) {
  switch (error_number) {
    case ECONNREFUSED:
      return RequestFault::kConnectRefused;
    case ECONNRESET:
    case EPIPE:
      return answer_began ? RequestFault::kClosedEarly
                          : RequestFault::kConnectReset;
    case ETIMEDOUT:
      return RequestFault::kConnectTimeout;
    case EMFILE:
    case ENFILE:
      return RequestFault::kNoDescriptor;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
      return RequestFault::kNoPort;
    case ENOBUFS:
    case ENOMEM:
      return RequestFault::kNoMemory;
    default:
      return RequestFault::kOther;
  }
}

}  // namespace smsweb::bench
