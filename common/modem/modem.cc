#include "common/modem/modem.h"

#include <utility>

#include "common/modem/machine.h"

namespace smsweb {

std::string_view ToString(SubmitResult result) {
  switch (result) {
    case SubmitResult::kAccepted:
      return "accepted";
    case SubmitResult::kRejected:
      return "rejected";
    case SubmitResult::kNotSubmitted:
      return "not submitted";
    case SubmitResult::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view ToString(RecoveryStep step) {
  switch (step) {
    case RecoveryStep::kResync:
      return "resynchronise";
    case RecoveryStep::kReopen:
      return "reopen";
    case RecoveryStep::kSoftReset:
      return "soft reset";
    case RecoveryStep::kRadioCycle:
      return "radio off and on";
    case RecoveryStep::kRestart:
      return "restart";
    case RecoveryStep::kPause:
      return "pause";
  }
  return "unknown";
}

Modem::Modem(ModemSettings settings)
    : machine_(std::make_unique<ModemMachine>(std::move(settings))) {}
Modem::Modem(Modem&&) noexcept = default;
Modem& Modem::operator=(Modem&&) noexcept = default;
Modem::~Modem() = default;

void Modem::LineOpened(MonoTime now) { machine_->LineOpened(now); }
void Modem::LineClosed(MonoTime now) { machine_->LineClosed(now); }

void Modem::BytesReceived(std::string_view bytes, MonoTime now) {
  machine_->BytesReceived(bytes, now);
}

void Modem::DeadlineReached(MonoTime now) { machine_->DeadlineReached(now); }

void Modem::Submit(std::string pdu_hex, std::size_t tpdu_length, MonoTime now) {
  machine_->Submit(std::move(pdu_hex), tpdu_length, now);
}

void Modem::Release(MonoTime now, MonoTime latest) {
  machine_->Release(now, latest);
}
void Modem::Withdraw(MonoTime now) { machine_->Withdraw(now); }

void Modem::PinMayGo(MonoTime now) { machine_->PinMayGo(now); }
void Modem::Stored(int receipt, MonoTime now) {
  machine_->Stored(receipt, now);
}

bool Modem::RequestUssd(std::string code, MonoTime now) {
  return machine_->RequestUssd(std::move(code), now);
}

void Modem::Recover(std::string reason, MonoTime now) {
  machine_->Recover(std::move(reason), now);
}

const ModemInfo& Modem::info() const { return machine_->info(); }
const ModemProfile& Modem::profile() const { return machine_->profile(); }
ModemState Modem::state() const { return machine_->state(); }
std::string Modem::TakeOutput() { return machine_->TakeOutput(); }
std::vector<ModemEvent> Modem::TakeEvents() { return machine_->TakeEvents(); }
std::optional<MonoTime> Modem::Deadline() const { return machine_->Deadline(); }

}  // namespace smsweb
