// When a message was on the wire to the modem, and when the network's answer
// was there: with a real modem from smswebd's log and the modem's trace; with
// simulated ones from their record (phone.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "bench/setup/setup.h"
#include "common/base/error.h"

namespace smsweb::bench {

// CLOCK_MONOTONIC, in microseconds.
struct WireTime {
  std::int64_t cmgs_us = 0;      // AT+CMGS was on the wire
  std::int64_t accepted_us = 0;  // the network's answer; 0: none came
  std::string modem;
};

// By id, with milliseconds: the log has `part` lines with id and result, the
// trace the commands. `offset_us`: what CLOCK_MONOTONIC is less than civil
// time.
std::map<std::string, WireTime> FromLogs(const std::filesystem::path& log,
                                         const std::filesystem::path& trace,
                                         std::int64_t offset_us);

// Part of the time between its first AT+CMGS and its last answer in which a
// modem stood still, of all modems together: 0..1.
double IdleShare(const std::map<std::string, WireTime>& times);

}  // namespace smsweb::bench
