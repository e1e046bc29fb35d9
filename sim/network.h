// What happens over the air: each submission becomes one line of JSON, each
// message whose parts are all there another (docs/simulator.md has the
// fields). A line is in the sink before the modem says OK.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"
#include "sim/air.h"
#include "sim/outcomes.h"
#include "sim/reassembly.h"

namespace smsweb::sim {

// Takes whole lines. An error means that nothing of them is there.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual Result<void> Write(std::string_view lines) = 0;
};

class Network final : public Air {
 public:
  // `sink` outlives the network.
  Network(Outcomes outcomes, RecordSink& sink)
      : outcomes_(std::move(outcomes)), sink_(sink) {}

  bool GivesPrompt() override { return outcomes_.GivesPrompt(); }
  Answer Carry(const Transmission& sent, const Instant& now) override;

 private:
  std::string Record(const Transmission& sent, const Answer& answer,
                     const Instant& now);

  Outcomes outcomes_;
  RecordSink& sink_;
  Reassembly reassembly_;
};

}  // namespace smsweb::sim
