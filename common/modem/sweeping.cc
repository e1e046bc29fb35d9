// A modem that refuses AT+CMGL (27.005 § 4.1): its storage is read place by
// place, as many as +CPMS says that there are (§ 3.2.2), until as many messages
// have been found as it says are there. A few at a time: submits go first.
#include <fmt/format.h>

#include "common/modem/at_errors.h"
#include "common/modem/machine.h"

namespace smsweb {
namespace {

constexpr int kAtOnce = 5;

// What modems say of an empty place. Anything else may pass.
bool NothingIsThere(const AtEvent& final) {
  switch (final.final) {
    case AtFinal::kOk:
    case AtFinal::kError:
      return true;
    case AtFinal::kCmsError:
      return final.code == kCmsInvalidIndex;
    case AtFinal::kCmeError:
      return final.code == kCmeInvalidIndex || final.code == kCmeNotFound;
    case AtFinal::kSilence:
      return false;
  }
  return false;
}

}  // namespace

void ModemMachine::SweepInstead(const std::string& storage) {
  plan_.push_front({.command = "AT+CPMS?",
                    .heard = &ModemMachine::HeardRange,
                    .answer = "+CPMS:",
                    .slot = {.storage = storage}});
}

// +CPMS: <mem1>,<used1>,<total1>,...: <mem1> is what AT+CMGR reads.
void ModemMachine::HeardRange(const AtEvent&) {
  const auto line = Information("+CPMS:");
  if (!line) return;
  const std::string& storage = current_.slot.storage;
  const int used = AtNumber(*line, 1).value_or(0);
  if (used <= received_.Known(storage)) return;
  received_.AddSweep(storage, AtNumber(*line, 2).value_or(0), used);
}

bool ModemMachine::PlanSweep(std::string& selected) {
  for (const StorageSlot& slot : received_.NextToSweep(kAtOnce)) {
    Select(slot.storage, selected);
    plan_.push_back({.command = fmt::format("AT+CMGR={}", slot.index),
                     .heard = &ModemMachine::HeardSwept,
                     .slot = slot});
  }
  return !plan_.empty();
}

// Read() has taken it, if it came.
void ModemMachine::HeardSwept(const AtEvent& final) {
  const StorageSlot& slot = current_.slot;
  const bool there = received_.IsKnown(slot);
  if (!there && !NothingIsThere(final)) {
    chores_not_before_ = now_ + kAfterFailure;
    received_.CouldNotRead(slot);
  }
  received_.Swept(slot, there);
}

}  // namespace smsweb
