// Asking the network (27.007 § 7.15). The modem is free as soon as it has taken
// AT+CUSD; the network's answer comes by itself.
#include <fmt/format.h>

#include <algorithm>

#include "common/modem/machine.h"

namespace smsweb {
namespace {

constexpr Millis kUntilAsked{180'000};
constexpr Millis kUntilAnswered{60'000};
constexpr int kWantsAnAnswer = 1;

// Digits, '*' and '#', or the hex digits that some modems want in their place.
bool IsCode(std::string_view code) {
  return !code.empty() && code.size() <= 400 &&
         std::ranges::all_of(code, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') ||
                  c == '*' || c == '#' || c == '+';
         });
}

}  // namespace

bool ModemMachine::RequestUssd(std::string code, MonoTime now) {
  now_ = now;
  if (ussd_) return false;
  ussd_ = Ussd{.code = std::move(code), .deadline = now_ + kUntilAsked};
  if (!IsCode(ussd_->code)) {
    UssdFailed("not a USSD code: digits, '*' and '#'");
    return true;
  }
  ChoresChanged();
  return true;
}

void ModemMachine::PlanUssd() {
  if (ussd_to_cancel_) {
    ussd_to_cancel_ = false;
    plan_.push_back({.command = "AT+CUSD=2"});
    return;
  }
  ussd_->asked = true;
  ussd_->deadline = now_ + kUntilAnswered;
  plan_.push_back({.command = fmt::format("AT+CUSD=1,\"{}\",15", ussd_->code),
                   .heard = &ModemMachine::HeardUssd,
                   .patience = kUntilAnswered / 2});
}

void ModemMachine::HeardUssd(const AtEvent& final) {
  if (final.final != AtFinal::kOk) UssdFailed(DescribeFinal(final));
}

// +CUSD: <m>[,<str>,<dcs>]
void ModemMachine::UssdLine(std::string_view line) {
  if (!ussd_ || !ussd_->asked) return;
  const int status = AtNumber(line).value_or(-1);
  ussd_.reset();
  Emit(ModemEvent::Kind::kUssdDone);
  events_.back().ussd_answered = true;
  events_.back().ussd_status = status;
  events_.back().ussd_text = AtText(line, 1);
  events_.back().ussd_dcs = AtNumber(line, 2).value_or(-1);
  if (status != kWantsAnAnswer) return;
  ussd_to_cancel_ = true;  // nobody will answer: the network need not wait
  ChoresChanged();
}

void ModemMachine::UssdFailed(std::string detail) {
  if (!ussd_) return;
  ussd_.reset();
  Emit(ModemEvent::Kind::kUssdDone, std::move(detail));
}

void ModemMachine::CheckUssdDeadline() {
  if (!ussd_ || now_ < ussd_->deadline) return;
  const bool asked = ussd_->asked;
  UssdFailed(asked ? "the network did not answer" : "the modem was not free");
  if (!asked) return;
  ussd_to_cancel_ = true;
  ChoresChanged();
}

}  // namespace smsweb
