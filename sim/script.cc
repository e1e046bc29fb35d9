#include "sim/script.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "sim/at_line.h"
#include "sim/script_actions.h"
#include "sim/script_words.h"

namespace smsweb::sim {
namespace {

// "#2", "#2-4", "#2+".
bool ReadCounts(std::string_view text, Trigger& when) {
  text.remove_prefix(1);
  const auto dash = text.find('-');
  const auto first = ReadInteger(text.substr(
      0, dash != std::string_view::npos ? dash
                                        : text.size() - text.ends_with('+')));
  if (!first || *first < 1) return false;
  when.first = static_cast<std::uint64_t>(*first);
  when.last = text.ends_with('+') ? UINT64_MAX : when.first;
  if (dash == std::string_view::npos) return true;
  const auto last = ReadInteger(text.substr(dash + 1));
  if (!last || *last < *first) return false;
  when.last = static_cast<std::uint64_t>(*last);
  return true;
}

bool TakeCounts(Words& words, Trigger& when) {
  const Word* const next = words.Peek();
  if (next == nullptr || next->quoted || !next->text.starts_with('#')) {
    return true;
  }
  std::string text;
  return words.TakeAny(text, "#N") &&
         (ReadCounts(text, when) ||
          words.Bad(fmt::format("\"{}"
                                "\": write #2, #2-4 or #2+",
                                text)));
}

bool TakeOn(Words& words, Trigger& when) {
  using Kind = Trigger::Kind;
  std::string what;
  if (!words.TakeAny(what, "a command, prompt, pdu, open or ussd")) {
    return false;
  }
  if (what == "prompt") {
    when.kind = Kind::kPrompted;
  } else if (what == "pdu") {
    when.kind = Kind::kPdu;
    if (words.Take("to") && !words.TakeAny(when.pattern, "a number")) {
      return false;
    }
  } else if (what == "open") {
    when.kind = Kind::kOpen;
  } else if (what == "ussd") {
    when.kind = Kind::kUssd;
    if (!words.TakeAny(when.pattern, "a code such as *123#")) return false;
  } else if (UpperCase(what).starts_with("AT")) {
    when.kind = Kind::kCommand;
    when.pattern = UpperCase(what);
  } else {
    return words.Bad(
        fmt::format("\"on {}"
                    "\": write on AT..., on prompt, on pdu, on open or on "
                    "ussd CODE",
                    what));
  }
  return TakeCounts(words, when);
}

bool TakeAfter(Words& words, Trigger& when) {
  int count = 0;
  if (!words.TakeNumber(count, 1, 1'000'000, "a count")) return false;
  if (!words.Take("messages") && !words.Take("message")) {
    return words.Bad("write after N messages");
  }
  when.kind = Trigger::Kind::kMessages;
  when.first = when.last = static_cast<std::uint64_t>(count);
  return true;
}

bool TakeWhen(Words& words, Trigger& when) {
  if (words.Take("on")) return TakeOn(words, when);
  if (words.Take("after")) return TakeAfter(words, when);
  if (words.Take("at")) return words.TakeTime(when.time);
  if (words.Take("every")) {
    when.kind = Trigger::Kind::kEvery;
    if (!words.TakeTime(when.time)) return false;
    if (when.time.count() == 0) return words.Bad("every 0s would never end");
    if (!words.Take("until")) return true;
    if (!words.TakeAny(when.pattern, "a command")) return false;
    when.pattern = UpperCase(when.pattern);
    return true;
  }
  std::string found;
  return words.TakeAny(found, "at, every, on or after") &&
         words.Bad(fmt::format("\"{}"
                               "\": a rule starts with at, every, on or "
                               "after",
                               found));
}

bool TakeRule(Words& words, Rule& rule) {
  if (words.Take("modem") && !words.TakeAny(rule.modem, "a modem's name")) {
    return false;
  }
  if (words.Holds(":")) {
    if (!TakeWhen(words, rule.when)) return false;
    if (!words.Take(":")) return words.Bad("a ':' should end the condition");
  }
  do {
    Action action;
    if (!TakeAction(words, action)) return false;
    rule.actions.push_back(std::move(action));
  } while (words.Take(";"));
  if (words.AtEnd()) return true;
  std::string rest;
  return words.TakeAny(rest, "';'") &&
         words.Bad(fmt::format("\"{}"
                               "\" is too much; a ';' stands between two "
                               "actions",
                               rest));
}

std::optional<std::string_view> TakeLine(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

Result<Script> ParseScript(std::string_view text, std::string name) {
  Script script;
  int number = 0;
  while (const auto line = TakeLine(text)) {
    Rule rule;
    rule.place = fmt::format("{}:{}", name, ++number);
    auto split = SplitWords(*line);
    if (!split) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("{}: {}", rule.place, split.error().message));
    }
    if (split->empty()) continue;
    Words words(std::move(*split));
    if (!TakeRule(words, rule)) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("{}: {}", rule.place, words.complaint()));
    }
    script.rules.push_back(std::move(rule));
  }
  return script;
}

bool FitsGlob(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const auto rest = pattern.substr(star + 1);
  for (std::size_t from = star; from <= text.size(); ++from) {
    if (FitsGlob(rest, text.substr(from))) return true;
  }
  return false;
}

}  // namespace smsweb::sim
