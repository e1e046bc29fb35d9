// The paper's second question: how fast a message is sent. From the request to
// the modem, to the network's answer and to the status report, message by
// message, through simulated modems or a real one.
#pragma once

#include <chrono>
#include <string>

#include "bench/measure/results.h"
#include "bench/measure/run_case.h"
#include "bench/setup/setup.h"
#include "common/base/error.h"

namespace smsweb::bench {

struct DeliveryPlan {
  std::string setup;
  SetupOptions options;  // modems, send_time, report_delay, device
  std::uint64_t messages = 20;
  // All at once, and the modems work through them; else each waits for the one
  // before to have been sent.
  bool burst = false;
  std::string recipient = "089610707901";  // whom a real modem writes to
  std::string word = "pesan";  // each text is this word and a number
};

// kUnavailable: the set-up did not come up, or messages did not arrive in the
// time that they may take.
Result<DeliveryRecord> MeasureDelivery(const DeliveryPlan& plan,
                                       const Progress& progress);

}  // namespace smsweb::bench
