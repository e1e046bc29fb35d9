// What the modem has received: it tells (27.005 § 3.4.1), we read, hand on,
// and once that is stored, acknowledge or delete.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "common/modem/at_errors.h"
#include "common/modem/machine.h"

namespace smsweb {
namespace {

// Of one kind in a row; then a submit has its turn.
constexpr int kAtOnce = 5;
constexpr Millis kListingPatience{60'000};
constexpr int kMostAcknowledgements = 8;
constexpr std::size_t kMostEarly = 64;

// <stat> in PDU mode (27.005 § 3.1): 0 and 1 were received, 2 and 3 are ours to
// send or sent.
bool WasReceived(int status) { return status == 0 || status == 1; }

// Numbers that no storage has are noise.
bool IsPlausible(int places) { return places >= 0 && places <= 65'535; }

}  // namespace

// ---- Plans

// Acknowledging first, for the network waits; then deleting, for it makes room.
bool ModemMachine::PlanReceived() {
  const int due = std::min(received_.acknowledgements(), kMostAcknowledgements);
  for (int i = 0; i < due; ++i) {
    plan_.push_back(
        {.command = "AT+CNMA", .heard = &ModemMachine::HeardAcknowledged});
  }
  std::string selected = selected_;
  for (const StorageSlot& slot : received_.NextToDelete(kAtOnce)) {
    Select(slot.storage, selected);
    plan_.push_back({.command = fmt::format("AT+CMGD={}", slot.index),
                     .heard = &ModemMachine::HeardDeleted,
                     .slot = slot});
  }
  for (const StorageSlot& slot : received_.NextToRead(kAtOnce)) {
    Select(slot.storage, selected);
    plan_.push_back({.command = fmt::format("AT+CMGR={}", slot.index),
                     .heard = &ModemMachine::HeardRead,
                     .slot = slot});
  }
  if (!plan_.empty() || PlanSweep(selected)) return true;
  if (const auto storage = received_.TakeListing()) {
    PlanListing(*storage, selected);
  }
  return !plan_.empty();
}

// At the start: what came while nobody listened.
void ModemMachine::PlanListings() {
  if (listed_) return;
  std::string selected = selected_;
  if (storage_fixed_) return PlanListing("", selected);
  std::vector<std::string> storages = profile_->storages;
  storages.push_back(profile_->report_storage);
  std::set<std::string> done = {""};
  for (const std::string& storage : storages) {
    if (done.insert(storage).second) PlanListing(storage, selected);
  }
}

void ModemMachine::PlanListing(const std::string& storage,
                               std::string& selected) {
  Select(storage, selected);
  plan_.push_back({.command = "AT+CMGL=4",  // all (27.005 § 4.1)
                   .heard = &ModemMachine::HeardListed,
                   .slot = {.storage = storage},
                   .patience = kListingPatience});
}

// `selected`: what will be, once the plan has come this far. "" is whatever the
// modem uses by itself.
void ModemMachine::Select(const std::string& storage, std::string& selected) {
  if (storage.empty() || storage == selected) return;
  selected = storage;
  plan_.push_back({.command = fmt::format("AT+CPMS=\"{}\"", storage),
                   .heard = &ModemMachine::HeardSelected,
                   .slot = {.storage = storage}});
}

// ---- Results

void ModemMachine::HeardSelected(const AtEvent& final) {
  const std::string& storage = current_.slot.storage;
  if (final.final == AtFinal::kOk) {
    selected_ = storage;
    return StorageLine(0);
  }
  selected_.clear();
  if (state_ == ModemState::kBusy) chores_not_before_ = now_ + kAfterFailure;
  while (!plan_.empty() && plan_.front().slot.storage == storage) {
    GiveUpOn(plan_.front());
    plan_.pop_front();
  }
}

void ModemMachine::GiveUpOn(const Exchange& dropped) {
  if (dropped.heard == &ModemMachine::HeardRead) {
    received_.CouldNotRead(dropped.slot);
  } else if (dropped.heard == &ModemMachine::HeardDeleted) {
    received_.CouldNotDelete(dropped.slot);
  } else if (dropped.heard == &ModemMachine::HeardSwept) {
    received_.Swept(dropped.slot, /*there=*/false);
  }
}

// A message that was not acknowledged in time makes the modem stop handing
// messages on (27.005 § 3.4.4): it is told again that it should.
void ModemMachine::HeardAcknowledged(const AtEvent& final) {
  received_.Acknowledged();
  if (final.final == AtFinal::kOk || indications_.empty()) return;
  plan_.push_back({.command = indications_});
}

void ModemMachine::HeardDeleted(const AtEvent& final) {
  if (final.final == AtFinal::kOk) {
    if (info_.storage_used > 0) --info_.storage_used;
    return received_.Deleted(current_.slot);
  }
  if (final.code == kCmsInvalidIndex) return received_.Deleted(current_.slot);
  chores_not_before_ = now_ + kAfterFailure;
  received_.CouldNotDelete(current_.slot);
}

// Read() has taken it from the list, if it came.
void ModemMachine::HeardRead(const AtEvent& final) {
  const StorageSlot& slot = current_.slot;
  if (!received_.IsToBeRead(slot)) return;
  const bool without_pdu = Information("+CMGR:").has_value();
  const bool ok = final.final == AtFinal::kOk && !without_pdu;
  if (ok || final.code == kCmsInvalidIndex) {
    return received_.NothingThere(slot);
  }
  chores_not_before_ = now_ + kAfterFailure;
  received_.CouldNotRead(slot);
}

void ModemMachine::HeardListed(const AtEvent& final) {
  if (final.final != AtFinal::kOk) SweepInstead(current_.slot.storage);
}

// "+CPMS: <used1>,<total1>,<used2>,<total2>,<used3>,<total3>"; the answer to
// the question has names in front of each pair. The third is where messages
// arrive (27.005 § 3.2.2).
void ModemMachine::StorageLine(std::size_t names) {
  const auto line = Information("+CPMS:");
  if (!line) return;
  const std::size_t third = 2 * (2 + names) + names;
  for (const std::size_t at : {third, names}) {
    const auto used = AtNumber(*line, at);
    const auto size = AtNumber(*line, at + 1);
    if (!used || !size || !IsPlausible(*used) || !IsPlausible(*size)) continue;
    info_.storage_used = *used;
    info_.storage_size = *size;
    return;
  }
}

// A parameter of the line: two capital letters (27.005 § 3.1). Anything else is
// noise, and must not get into a command: "".
std::string ModemMachine::StorageName(std::string_view line,
                                      std::size_t index) {
  std::string name = AtText(line, index);
  const bool is_one = name.size() == 2 && std::ranges::all_of(name, [](char c) {
                        return c >= 'A' && c <= 'Z';
                      });
  return is_one ? name : "";
}

// ---- Messages

// +CMGL: <index>,<stat>,[<alpha>],<length> and the PDU (27.005 § 4.1).
void ModemMachine::Listed(const AtEvent& line) {
  if (plan_.empty() || plan_.front().heard != &ModemMachine::HeardListed)
    return;
  const auto index = AtNumber(line.text);
  if (!index || !IsPlausible(*index)) return;
  Found({.storage = plan_.front().slot.storage, .index = *index},
        AtNumber(line.text, 1).value_or(-1), line.pdu);
}

// +CMGR: <stat>,[<alpha>],<length> and the PDU (27.005 § 4.2).
void ModemMachine::Read(const AtEvent& line) {
  const auto asked = plan_.empty() ? nullptr : plan_.front().heard;
  if (asked != &ModemMachine::HeardRead && asked != &ModemMachine::HeardSwept) {
    return;
  }
  if (line.pdu.empty()) return KeepInformation(line.text);
  Found(plan_.front().slot, AtNumber(line.text).value_or(-1), line.pdu);
}

void ModemMachine::Found(const StorageSlot& slot, int status,
                         const std::string& pdu) {
  if (!WasReceived(status)) return received_.LeaveAlone(slot);
  if (pdu.empty()) return received_.CouldNotRead(slot);
  const auto receipt = received_.Found(slot, pdu);
  if (!receipt) return;
  HandOn(pdu, Incoming::kStored, *receipt);
}

void ModemMachine::HandOn(std::string pdu, Incoming incoming, int receipt) {
  Emit(ModemEvent::Kind::kIncoming);
  events_.back().pdu = std::move(pdu);
  events_.back().incoming = incoming;
  events_.back().sim = info_.imsi;
  events_.back().receipt = receipt;
}

// +CMTI: <mem>,<index> and +CDSI: <mem>,<index> (27.005 § 3.4.1).
void ModemMachine::Announced(std::string_view line) {
  const auto index = AtNumber(line, 1);
  if (!index || !IsPlausible(*index)) return;
  const std::string storage = storage_fixed_ ? "" : StorageName(line, 0);
  const StorageSlot slot{.storage = storage, .index = *index};
  received_.Announce(slot);
  DropPlannedDeletion(slot);
  ChoresChanged();
}

// What was to be deleted there is gone, and another has come.
void ModemMachine::DropPlannedDeletion(const StorageSlot& slot) {
  if (plan_.empty()) return;
  const auto behind_the_one_in_flight = std::next(plan_.begin());
  plan_.erase(std::remove_if(behind_the_one_in_flight, plan_.end(),
                             [&](const Exchange& planned) {
                               return planned.heard ==
                                          &ModemMachine::HeardDeleted &&
                                      planned.slot == slot;
                             }),
              plan_.end());
}

// +CMT and +CDS: not stored by the modem. With AT+CSMS=1 it waits to hear that
// we have it (27.005 § 3.4.4).
void ModemMachine::Arrived(const AtEvent& event, Incoming incoming) {
  if (event.pdu.empty()) return;
  early_.push_back({.pdu = event.pdu, .incoming = incoming});
  const bool soon = state_ < ModemState::kReady && !pausing_;
  if (imsi_heard_ || !soon || early_.size() >= kMostEarly) HandOnEarly();
}

// What came before it was known to which SIM.
void ModemMachine::HandOnEarly() {
  for (Early& early : std::exchange(early_, {})) {
    HandOn(std::move(early.pdu), early.incoming,
           received_.Direct(acknowledges_));
  }
}

void ModemMachine::Stored(int receipt, MonoTime now) {
  now_ = now;
  received_.Stored(receipt);
  if (!received_.Empty()) ChoresChanged();
}

}  // namespace smsweb
