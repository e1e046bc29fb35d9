#include "sim/outcomes.h"

#include <charconv>
#include <optional>

namespace smsweb::sim {
namespace {

std::unexpected<Error> Bad(std::string_view text, std::string_view why) {
  return Fail(ErrorKind::kInvalid,
              "outcome \"" + std::string(text) + "\": " + std::string(why));
}

template <typename Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

bool ReadKind(std::string_view text, OutcomeRule& rule) {
  if (text == "no-prompt") {
    rule.kind = OutcomeRule::Kind::kNoPrompt;
  } else if (text == "silent") {
    rule.answer.kind = Answer::Kind::kNone;
  } else if (text == "lost-answer") {
    rule.answer.kind = Answer::Kind::kLost;
  } else if (text.starts_with("cms:")) {
    const auto code = ReadNumber<std::uint16_t>(text.substr(4));
    if (!code) return false;
    rule.answer = {Answer::Kind::kRefused, *code};
  } else {
    return false;
  }
  return true;
}

bool ReadLimit(std::string_view text, OutcomeRule& rule) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  const auto number = ReadNumber<std::uint64_t>(text.substr(equals + 1));
  if (!number) return false;
  const auto name = text.substr(0, equals);
  if (name != "times" && name != "after") return false;
  (name == "times" ? rule.times : rule.after) = *number;
  return true;
}

std::string_view TakeToComma(std::string_view& text) {
  const auto taken = text.substr(0, text.find(','));
  text.remove_prefix(taken.size());
  if (!text.empty()) text.remove_prefix(1);
  return taken;
}

bool Takes(OutcomeRule& rule) {
  if (rule.after > 0) {
    --rule.after;
    return false;
  }
  if (rule.times == 0) return false;
  --rule.times;
  return true;
}

}  // namespace

Result<OutcomeRule> ParseOutcomeRule(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Bad(text, "say RECIPIENT=OUTCOME");
  }
  OutcomeRule rule;
  rule.recipient = text.substr(0, equals);
  std::string_view rest = text.substr(equals + 1);
  if (!ReadKind(TakeToComma(rest), rule)) {
    return Bad(text, "say cms:CODE, silent, lost-answer or no-prompt");
  }
  if (rule.kind == OutcomeRule::Kind::kNoPrompt && rule.recipient != "*") {
    return Bad(text, "no-prompt is for '*': the recipient comes later");
  }
  while (!rest.empty()) {
    if (!ReadLimit(TakeToComma(rest), rule)) {
      return Bad(text, "say times=N or after=N");
    }
  }
  return rule;
}

bool Outcomes::GivesPrompt() {
  for (OutcomeRule& rule : rules_) {
    if (rule.kind == OutcomeRule::Kind::kNoPrompt && Takes(rule)) return false;
  }
  return true;
}

Answer Outcomes::Decide(std::string_view recipient) {
  for (OutcomeRule& rule : rules_) {
    if (rule.kind != OutcomeRule::Kind::kAnswer) continue;
    if (rule.recipient != "*" && rule.recipient != recipient) continue;
    if (Takes(rule)) return rule.answer;
  }
  return {};
}

}  // namespace smsweb::sim
