// Requests that failed in a load, by what it says of the server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/ceiling/ceiling.h"

namespace smsweb::bench {

struct Failures {
  std::uint64_t unconnected = 0;  // refused, reset or timed out connecting
  std::uint64_t unanswered = 0;   // connected, and nothing within the time-out
  std::uint64_t broken = 0;       // the connection ended before the answer did
  std::uint64_t errors = 0;       // answered with a status of 500 or more
  std::uint64_t late = 0;         // those of them with 504
  std::uint64_t lost = 0;         // 2xx, and no message

  // Those that a server could be blamed for whose connections fail.
  std::uint64_t OfServer() const {
    return unconnected + unanswered + broken + errors;
  }
};
Failures FailuresOf(const Evidence& evidence);

std::uint64_t FaultsOf(const Evidence& evidence, RequestFault fault);
// Answers with this problem+json `code`.
std::uint64_t ProblemsOf(const Evidence& evidence, const std::string& code);

// "12 of 504 failed: 10 answered 502, 2 answer_timeout"; empty: nothing did.
std::string WhatFailed(const Evidence& evidence);

// The same with the codes of answers, a line each.
std::vector<std::string> FailureLines(const Evidence& evidence);

}  // namespace smsweb::bench
