// What happens over the air: each submission becomes one line of JSON, each
// message whose parts are all there another, and so does what goes to a modem
// (docs/simulator.md has the fields). A line is in the sink before the modem
// says OK.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/error.h"
#include "sim/air.h"
#include "sim/mailbag.h"
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
  // `sink` outlives the network. Reports take `report_delay`.
  Network(Outcomes outcomes, RecordSink& sink, Millis report_delay = Millis(0))
      : outcomes_(std::move(outcomes)),
        sink_(sink),
        report_delay_(report_delay) {}

  bool GivesPrompt() override { return outcomes_.GivesPrompt(); }
  Answer Carry(const Transmission& sent, const Instant& now) override;

  std::optional<MonoTime> NextDelivery(std::string_view modem) const override {
    return mailbag_.Next(modem);
  }
  std::optional<Delivery> TakeDelivery(std::string_view modem,
                                       const Instant& now) override {
    return mailbag_.Take(modem, now.mono);
  }
  void Settle(std::string_view modem, const Delivery& delivery, Receipt receipt,
              const Instant& now) override;
  void MemoryAvailable(std::string_view modem, const Instant& now) override {
    mailbag_.Wake(modem, now.mono);
  }
  void Bring(std::string_view modem, std::string_view smsc,
             const Inbound& inbound, const Instant& now) override;
  void Report(std::string_view modem, std::string_view smsc,
              const ReportPlan& plan, const Instant& now) override;
  void Note(std::string_view modem, std::string_view rule,
            std::string_view action, const Instant& now) override;

 private:
  // A message that reports are about.
  struct Subject {
    std::string_view modem;
    std::string_view smsc;
    std::string_view recipient;
    std::uint8_t reference;
  };

  std::string Record(const Transmission& sent, const Answer& answer,
                     const Instant& now);
  bool SendReports(const Transmission& sent, const Instant& now);
  void SendReport(const Subject& subject, const ReportPlan& plan,
                  const Instant& now);
  void Complain(std::string_view modem, std::string_view why,
                const Instant& now);

  Outcomes outcomes_;
  RecordSink& sink_;
  Millis report_delay_;
  Reassembly reassembly_;
  Mailbag mailbag_;
  std::uint64_t next_id_ = 1;
  std::uint8_t next_reference_ = 1;  // of what is concatenated for the host
};

}  // namespace smsweb::sim
