#include "common/modem/received_book.h"

#include <algorithm>
#include <utility>

namespace smsweb {
namespace {

constexpr std::size_t kMostDirect = 256;

bool Has(const std::vector<StorageSlot>& slots, const StorageSlot& slot) {
  return std::ranges::find(slots, slot) != slots.end();
}

std::vector<StorageSlot> FirstOf(const std::vector<StorageSlot>& slots,
                                 std::size_t most) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, slots.size()));
  return {slots.begin(), slots.begin() + count};
}

}  // namespace

void ReceivedBook::Forget() {
  const int next_receipt = next_receipt_;
  *this = ReceivedBook();
  next_receipt_ = next_receipt;
}

void ReceivedBook::Announce(const StorageSlot& slot) {
  left_alone_.erase(slot);
  given_up_.erase(slot);
  failures_.erase(slot);
  std::erase(to_delete_, slot);
  if (Has(to_read_, slot) || to_read_.size() >= kMostSlots) return;
  to_read_.push_back(slot);
}

void ReceivedBook::AddListing(const std::string& storage) {
  if (std::ranges::find(listings_, storage) != listings_.end()) return;
  listings_.push_back(storage);
}

void ReceivedBook::AddSweep(const std::string& storage, int last, int left) {
  std::erase_if(sweeps_,
                [&](const Sweep& sweep) { return sweep.storage == storage; });
  const int most = static_cast<int>(kMostSlots);
  sweeps_.push_back(
      {.storage = storage, .last = std::min(last, most), .left = left});
}

std::optional<int> ReceivedBook::Found(const StorageSlot& slot,
                                       const std::string& pdu) {
  std::erase(to_read_, slot);
  const auto known = held_.find(slot);
  if (known != held_.end() && known->second.pdu == pdu) {
    if (known->second.stored) Stored(known->second.receipt);
    return std::nullopt;
  }
  failures_.erase(slot);
  if (known == held_.end() && held_.size() >= kMostSlots) return std::nullopt;
  // Another one than before: what was to be deleted is gone.
  std::erase(to_delete_, slot);
  held_[slot] = {.pdu = pdu, .receipt = next_receipt_};
  return next_receipt_++;
}

void ReceivedBook::LeaveAlone(const StorageSlot& slot) {
  std::erase(to_read_, slot);
  if (left_alone_.size() < kMostSlots) left_alone_.insert(slot);
}

void ReceivedBook::GiveUp(const StorageSlot& slot) {
  LeaveAlone(slot);
  if (given_up_.size() < kMostSlots) given_up_.insert(slot);
}

void ReceivedBook::TryAgain() {
  for (const StorageSlot& slot : std::exchange(given_up_, {})) {
    left_alone_.erase(slot);
    failures_.erase(slot);
    if (!Has(to_read_, slot)) to_read_.push_back(slot);
  }
}

void ReceivedBook::NothingThere(const StorageSlot& slot) {
  std::erase(to_read_, slot);
  Deleted(slot);
}

void ReceivedBook::CouldNotRead(const StorageSlot& slot) {
  if (failures_.size() >= kMostSlots || ++failures_[slot] >= kMostTries) {
    return GiveUp(slot);
  }
  std::erase(to_read_, slot);
  to_read_.push_back(slot);
}

void ReceivedBook::Swept(const StorageSlot& slot, bool there) {
  const auto sweep = std::ranges::find(sweeps_, slot.storage, &Sweep::storage);
  if (sweep == sweeps_.end()) return;
  sweep->next = slot.index + 1;
  if (there) --sweep->left;
  if (sweep->left <= 0 || sweep->next > sweep->last) sweeps_.erase(sweep);
}

int ReceivedBook::Direct(bool wants_acknowledgement) {
  if (wants_acknowledgement && direct_.size() < kMostDirect) {
    direct_.insert(next_receipt_);
  }
  return next_receipt_++;
}

void ReceivedBook::Stored(int receipt) {
  if (direct_.erase(receipt) > 0) {
    ++acknowledgements_;
    return;
  }
  const auto held = std::ranges::find_if(held_, [receipt](const auto& entry) {
    return entry.second.receipt == receipt;
  });
  if (held == held_.end()) return;
  held->second.stored = true;
  if (Has(to_delete_, held->first) || Has(to_read_, held->first)) return;
  if (!left_alone_.contains(held->first)) to_delete_.push_back(held->first);
}

void ReceivedBook::Deleted(const StorageSlot& slot) {
  std::erase(to_delete_, slot);
  held_.erase(slot);
  failures_.erase(slot);
}

// It may be gone all the same, and another be in its place: that is read before
// it is deleted.
void ReceivedBook::CouldNotDelete(const StorageSlot& slot) {
  std::erase(to_delete_, slot);
  if (++failures_[slot] >= kMostTries) return GiveUp(slot);
  if (!Has(to_read_, slot)) to_read_.push_back(slot);
}

bool ReceivedBook::Empty() const {
  return Waiting() == 0 && acknowledgements_ == 0 && listings_.empty() &&
         sweeps_.empty();
}

bool ReceivedBook::IsToBeRead(const StorageSlot& slot) const {
  return Has(to_read_, slot);
}

bool ReceivedBook::IsKnown(const StorageSlot& slot) const {
  return held_.contains(slot) || left_alone_.contains(slot);
}

std::vector<StorageSlot> ReceivedBook::NextToDelete(std::size_t most) const {
  return FirstOf(to_delete_, most);
}

std::vector<StorageSlot> ReceivedBook::NextToRead(std::size_t most) const {
  return FirstOf(to_read_, most);
}

std::vector<StorageSlot> ReceivedBook::NextToSweep(std::size_t most) const {
  std::vector<StorageSlot> slots;
  if (sweeps_.empty()) return slots;
  const Sweep& sweep = sweeps_.front();
  for (int i = sweep.next; i <= sweep.last && slots.size() < most; ++i) {
    slots.push_back({.storage = sweep.storage, .index = i});
  }
  return slots;
}

std::optional<std::string> ReceivedBook::TakeListing() {
  if (listings_.empty()) return std::nullopt;
  std::string storage = std::move(listings_.front());
  listings_.erase(listings_.begin());
  return storage;
}

int ReceivedBook::Known(const std::string& storage) const {
  std::set<int> indexes;
  for (const auto& [slot, held] : held_) {
    if (slot.storage == storage) indexes.insert(slot.index);
  }
  for (const StorageSlot& slot : left_alone_) {
    if (slot.storage == storage) indexes.insert(slot.index);
  }
  return static_cast<int>(indexes.size());
}

}  // namespace smsweb
