// What a simulated modem sees of the network behind it: it hands over what it
// sends, and takes what is there for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/pdu/submit.h"
#include "sim/instant.h"
#include "sim/script.h"

namespace smsweb::sim {

struct Answer {
  enum class Kind : std::uint8_t {
    kTaken,
    kRefused,  // with a +CMS ERROR
    kLost,     // taken, but the modem never says so
    kNone,     // not taken, and nothing said either
  };
  Kind kind = Kind::kTaken;
  int code = 0;                 // of kRefused; 0: none that is known
  bool delivers_first = false;  // something is due before the modem answers
};

// One SMS-SUBMIT on its way. Views are good for the call alone.
struct Transmission {
  std::string_view modem;
  std::string_view smsc;  // the PDU's own, or else the SIM's
  const Submit& submit;
  std::span<const std::uint8_t> octets;  // as the modem was given them
  std::size_t tpdu_length = 0;
  std::uint8_t reference = 0;                        // the modem's TP-MR
  Instant cmgs_at;                                   // AT+CMGS was read
  Instant pdu_at;                                    // so was its Ctrl-Z
  std::optional<Answer> decided{};                   // by the modem's script
  const std::vector<ReportPlan>* reports = nullptr;  // so were these
};

// Something for the host.
struct Delivery {
  enum class Kind : std::uint8_t { kMessage, kReport };
  std::uint64_t id = 0;
  Kind kind = Kind::kMessage;
  std::vector<std::uint8_t> octets;  // SMSC prefix and TPDU
  std::optional<int> message_class{};
};

// What became of it. All but kTaken are tried again.
enum class Receipt : std::uint8_t {
  kTaken,
  kMemoryFull,      // once MemoryAvailable() was said
  kRefused,         // AT+CNMA=2
  kUnacknowledged,  // AT+CNMA did not come in time
};

class Air {
 public:
  virtual ~Air() = default;

  // Whether the modem gives the prompt that AT+CMGS waits for.
  virtual bool GivesPrompt() = 0;

  // When it returns, what happened is recorded.
  virtual Answer Carry(const Transmission& sent, const Instant& now) = 0;

  // What is there for `modem`, one after the other: the next once the one
  // before has been settled.
  virtual std::optional<MonoTime> NextDelivery(std::string_view) const {
    return std::nullopt;
  }
  virtual std::optional<Delivery> TakeDelivery(std::string_view /*modem*/,
                                               const Instant& /*now*/) {
    return std::nullopt;
  }
  virtual void Settle(std::string_view /*modem*/, const Delivery&, Receipt,
                      const Instant& /*now*/) {}
  virtual void MemoryAvailable(std::string_view /*modem*/,
                               const Instant& /*now*/) {}

  // Of the script: what is to come in at once, by way of `smsc`.
  virtual void Bring(std::string_view /*modem*/, std::string_view /*smsc*/,
                     const Inbound&, const Instant& /*now*/) {}
  virtual void Report(std::string_view /*modem*/, std::string_view /*smsc*/,
                      const ReportPlan&, const Instant& /*now*/) {}

  // For the records: the modem did what `rule` says.
  virtual void Note(std::string_view /*modem*/, std::string_view /*rule*/,
                    std::string_view /*action*/, const Instant& /*now*/) {}
};

}  // namespace smsweb::sim
