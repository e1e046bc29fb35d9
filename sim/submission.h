// What AT+CMGS and AT+CMGW take (3GPP TS 27.005 § 3.5.1, § 3.5.3, § 4.3): the
// parameters before the prompt, and the text behind it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/pdu/submit.h"
#include "sim/at_line.h"
#include "sim/at_result.h"
#include "sim/modem_state.h"

namespace smsweb::sim {

// What is known when the prompt is given.
struct Announced {
  std::size_t length = 0;                        // of the TPDU, in PDU mode
  std::string recipient;                         // in text mode
  std::optional<StoredMessage::Status> store{};  // AT+CMGW: as what
};

// Of AT+CMGS, or AT+CMGW with its <stat> behind.
std::expected<Announced, Final> ReadAnnounced(const ModemState& state,
                                              const AtCommand& command);

struct Submission {
  Submit submit;
  std::vector<std::uint8_t> octets;
  std::size_t tpdu_length = 0;
};

// Nothing where `text` is not what was announced, or can't be read.
std::optional<Submission> ReadSubmission(const ModemState& state,
                                         const Announced& announced,
                                         std::string_view text);

// What AT+CMGW stores: an SMS-SUBMIT, or an SMS-DELIVER where <stat> says so.
std::optional<StoredMessage> ReadStored(const ModemState& state,
                                        const Announced& announced,
                                        std::string_view text);

// AT+CMSS=<index>[,<da>[,<toda>]] (§ 3.5.2): what stands there, to another
// number if one is given. Nothing where it is not to be sent.
std::optional<Submission> ReadFromStorage(
    const ModemState& state, const StoredMessage& stored,
    const std::vector<Argument>& recipient);

}  // namespace smsweb::sim
