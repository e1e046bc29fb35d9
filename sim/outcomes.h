// Faults by recipient, as --outcome gives them:
//
//   RECIPIENT=OUTCOME[,times=N][,after=N]
//
// RECIPIENT is a number as the PDU has it ("+62811...", "888"), or '*'.
// OUTCOME is one of
//   cms:CODE      refused, with +CMS ERROR: CODE
//   silent        not sent, and the modem never answers
//   lost-answer   sent, and the modem never says so
//   no-prompt     AT+CMGS gets no prompt (the recipient is not known then:
//                 only with '*')
// The first `after` messages that a rule fits pass by, and the next `times` it
// takes (without it: all). The first rule that takes a message decides.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "sim/air.h"

namespace smsweb::sim {

struct OutcomeRule {
  enum class Kind : std::uint8_t { kAnswer, kNoPrompt };
  std::string recipient;
  Kind kind = Kind::kAnswer;
  Answer answer;
  std::uint64_t after = 0;
  std::uint64_t times = UINT64_MAX;
};

Result<OutcomeRule> ParseOutcomeRule(std::string_view text);

class Outcomes {
 public:
  explicit Outcomes(std::vector<OutcomeRule> rules = {})
      : rules_(std::move(rules)) {}

  bool GivesPrompt();
  Answer Decide(std::string_view recipient);

 private:
  std::vector<OutcomeRule> rules_;
};

}  // namespace smsweb::sim
