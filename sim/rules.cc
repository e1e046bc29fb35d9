#include "sim/rules.h"

namespace smsweb::sim {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool Fits(const Trigger& when, std::string_view what) {
  switch (when.kind) {
    case Trigger::Kind::kCommand:
      return FitsCommand(when.pattern, what);
    case Trigger::Kind::kPdu:
    case Trigger::Kind::kUssd:
      return when.pattern.empty() || FitsGlob(when.pattern, what);
    default:
      return true;
  }
}

bool IsTimed(const Trigger& when) {
  return when.kind == Trigger::Kind::kAt || when.kind == Trigger::Kind::kEvery;
}

}  // namespace

bool FitsCommand(std::string_view pattern, std::string_view command) {
  if (pattern.find('*') != std::string_view::npos) {
    return FitsGlob(pattern, command);
  }
  if (!command.starts_with(pattern)) return false;
  if (command.size() == pattern.size()) return true;
  if (pattern == "AT") return false;
  return !IsAlphanumeric(command[pattern.size()]) ||
         !IsAlphanumeric(pattern.back());
}

void Rules::Add(const Script& script, std::string_view modem) {
  for (const Rule& rule : script.rules) {
    if (!FitsGlob(rule.modem, modem)) continue;
    rules_.push_back({std::make_unique<const Rule>(rule)});
  }
}

std::vector<const Rule*> Rules::On(Trigger::Kind kind, std::string_view what) {
  std::vector<const Rule*> found;
  for (Counted& one : rules_) {
    const Trigger& when = one.rule->when;
    if (when.kind != kind || !Fits(when, what)) continue;
    ++one.count;
    if (one.count < when.first || one.count > when.last) continue;
    found.push_back(one.rule.get());
  }
  return found;
}

std::vector<const Rule*> Rules::TakeTimed() {
  std::vector<const Rule*> found;
  for (Counted& one : rules_) {
    if (one.taken || !IsTimed(one.rule->when)) continue;
    one.taken = true;
    found.push_back(one.rule.get());
  }
  return found;
}

}  // namespace smsweb::sim
