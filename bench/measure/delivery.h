// The paper's second question: how fast a message is sent. From the request to
// the modem, to the network's answer and to the status report, message by
// message, through simulated modems or a real one.
#pragma once

#include <cstdint>
#include <string>

#include "bench/measure/run_case.h"
#include "bench/results/results.h"
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
  std::string recipient = "089610707901";
};

// kInvalid: StartSetup() refuses the options, or a burst is to go through a
// real modem. kUnavailable: the set-up did not come up, a message was not
// accepted, or messages did not arrive in the time that they may take.
Result<DeliveryRecord> MeasureDelivery(const DeliveryPlan& plan,
                                       const Progress& progress);

}  // namespace smsweb::bench
