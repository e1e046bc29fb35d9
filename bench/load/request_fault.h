// What has become of a request, by what the system said.
#pragma once

#include <array>

#include "bench/load/load.h"

namespace smsweb::bench {

inline constexpr std::array kRequestFaults{
    RequestFault::kConnectRefused, RequestFault::kConnectReset,
    RequestFault::kConnectTimeout, RequestFault::kAnswerTimeout,
    RequestFault::kClosedEarly,    RequestFault::kClosedKept,
    RequestFault::kNotHttp,        RequestFault::kNoDescriptor,
    RequestFault::kNoPort,         RequestFault::kNoMemory,
    RequestFault::kOther,          RequestFault::kNotSent,
};

// `answer_began`: bytes of an answer had come.
RequestFault FaultOf(int error_number, bool answer_began);

}  // namespace smsweb::bench
