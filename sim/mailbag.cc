#include "sim/mailbag.h"

#include <algorithm>
#include <utility>

namespace smsweb::sim {
namespace {

constexpr MonoTime kNever = MonoTime::max();

constexpr auto kSooner = [](const auto& a, const auto& b) {
  return a.due < b.due;
};

}  // namespace

void Mailbag::Put(std::string_view modem, Delivery delivery, MonoTime due) {
  bags_[std::string(modem)].push_back({std::move(delivery), due});
}

std::optional<MonoTime> Mailbag::Next(std::string_view modem) const {
  const auto bag = bags_.find(modem);
  if (bag == bags_.end() || bag->second.empty()) return std::nullopt;
  const auto first =
      std::min_element(bag->second.begin(), bag->second.end(), kSooner);
  if (first->due == kNever) return std::nullopt;
  return first->due;
}

std::optional<Delivery> Mailbag::Take(std::string_view modem, MonoTime now) {
  const auto bag = bags_.find(modem);
  if (bag == bags_.end() || bag->second.empty()) return std::nullopt;
  const auto first =
      std::min_element(bag->second.begin(), bag->second.end(), kSooner);
  if (first->due > now) return std::nullopt;
  Delivery delivery = std::move(first->delivery);
  bag->second.erase(first);
  return delivery;
}

void Mailbag::Return(std::string_view modem, Delivery delivery, Receipt why,
                     MonoTime now) {
  const bool full = why == Receipt::kMemoryFull;
  Put(modem, std::move(delivery), full ? kNever : now + kRetry);
}

void Mailbag::Wake(std::string_view modem, MonoTime now) {
  const auto bag = bags_.find(modem);
  if (bag == bags_.end()) return;
  for (Waiting& one : bag->second) {
    if (one.due == kNever) one.due = now;
  }
}

}  // namespace smsweb::sim
