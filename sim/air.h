// What a simulated modem sees of the network behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/pdu/submit.h"
#include "sim/instant.h"

namespace smsweb::sim {

// One SMS-SUBMIT on its way. Views are good for the call alone.
struct Transmission {
  std::string_view modem;
  std::string_view smsc;  // the PDU's own, or else the SIM's
  const Submit& submit;
  std::span<const std::uint8_t> octets;  // as the modem was given them
  std::size_t tpdu_length = 0;
  std::uint8_t reference = 0;  // the modem's TP-MR
  Instant cmgs_at;             // AT+CMGS was read
  Instant pdu_at;              // so was its Ctrl-Z
};

struct Answer {
  enum class Kind : std::uint8_t {
    kTaken,
    kRefused,  // with a +CMS ERROR
    kLost,     // taken, but the modem never says so
    kNone,     // not taken, and nothing said either
  };
  Kind kind = Kind::kTaken;
  int code = 0;
};

class Air {
 public:
  virtual ~Air() = default;

  // Whether the modem gives the prompt that AT+CMGS waits for.
  virtual bool GivesPrompt() = 0;

  // When it returns, what happened is recorded.
  virtual Answer Carry(const Transmission& sent, const Instant& now) = 0;
};

}  // namespace smsweb::sim
