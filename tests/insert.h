// Messages straight into a store, as tests begin with them.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "common/store/store.h"

namespace smsweb {

// All that may be sent, or none; gives the places of those that are left out,
// since their recipients want nothing from us.
inline Result<std::vector<std::size_t>> InsertAll(
    Store& store, std::span<const NewMessage> messages) {
  auto outcome =
      InsertIntake(store, {.messages = {messages.begin(), messages.end()}});
  if (!outcome) return std::unexpected(outcome.error());
  return std::move(outcome->opted_out);
}

inline Result<void> InsertOne(Store& store, const NewMessage& message) {
  const auto opted_out = InsertAll(store, {&message, 1});
  if (!opted_out) return std::unexpected(opted_out.error());
  if (!opted_out->empty()) return RecipientOptedOut();
  return {};
}

}  // namespace smsweb
