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
constexpr std::size_t kLongestCode = 182;
constexpr std::size_t kMostDigits = 4;  // of a character, in hexadecimal UCS-2

// It stands in quotes in a line of its own.
bool CanBeWritten(std::string_view code) {
  return !code.empty() && code.size() <= kLongestCode * kMostDigits &&
         std::ranges::all_of(
             code, [](char c) { return c > ' ' && c < 0x7F && c != '"'; });
}

}  // namespace

bool IsUssdCode(std::string_view code) {
  return !code.empty() && code.size() <= kLongestCode &&
         code.find_first_not_of("0123456789*#") == std::string_view::npos;
}

bool ModemMachine::RequestUssd(std::string code, MonoTime now) {
  now_ = now;
  if (ussd_) return false;
  ussd_ = Ussd{.code = std::move(code), .deadline = now_ + kUntilAsked};
  if (!CanBeWritten(ussd_->code)) {
    UssdFailed("the code can't be written into AT+CUSD");
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
