#include "common/modem/states.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace smsweb {
namespace {

using enum ModemState;

constexpr std::uint32_t Bit(ModemState state) {
  return 1U << std::to_underlying(state);
}

constexpr std::uint32_t Any(std::initializer_list<ModemState> states) {
  std::uint32_t bits = 0;
  for (const ModemState state : states) bits |= Bit(state);
  return bits;
}

struct Row {
  ModemState state;
  std::string_view name;
  std::uint32_t next;
};

// Beside these, any state may become kClosed (the line went) and kProbing (it
// is open, the modem restarted, or says nothing: start over), and any but
// kClosed kRecovering (it is left alone, since it starts again and again).
constexpr auto kRows = std::to_array<Row>({
    {kClosed, "closed", Any({})},
    {kProbing, "probing", Any({kIdentifying})},
    {kIdentifying, "identifying", Any({kSim})},
    {kSim, "sim", Any({kRegistering, kFailed})},
    {kRegistering, "registering", Any({kConfiguring, kSim})},
    {kConfiguring, "configuring", Any({kReady, kRegistering, kBusy, kSim})},
    {kReady, "ready",
     Any({kAwaitingPrompt, kRegistering, kBusy, kSim, kResyncing})},
    {kAwaitingPrompt, "awaiting prompt",
     Any({kAwaitingResult, kReady, kRegistering, kBusy, kSim, kResyncing})},
    {kAwaitingResult, "awaiting result",
     Any({kReady, kRegistering, kBusy, kSim, kResyncing})},
    {kBusy, "busy", Any({kReady, kRegistering, kSim, kResyncing})},
    {kResyncing, "resyncing", Any({kReady, kRegistering, kBusy, kSim})},
    {kRecovering, "recovering", Any({})},
    {kFailed, "failed", Any({})},
});

constexpr const Row& RowOf(ModemState state) {
  return kRows[std::to_underlying(state)];
}

static_assert(std::ranges::all_of(kRows, [](const Row& row) {
  return RowOf(row.state).state == row.state;
}));

}  // namespace

std::string_view ToString(ModemState state) { return RowOf(state).name; }

bool MayFollow(ModemState from, ModemState to) {
  if (to == kClosed) return true;
  if (to == kProbing) return true;
  if (to == kRecovering) return from != kClosed;
  return (RowOf(from).next & Bit(to)) != 0;
}

}  // namespace smsweb
