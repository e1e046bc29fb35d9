// Where a simulated modem keeps short messages: places from 1, as +CPMS names
// and counts them (3GPP TS 27.005 § 3.2.2). Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace smsweb::sim {

struct StoredMessage {
  // <stat> of TS 27.005 § 3.1.
  enum class Status : std::uint8_t { kUnread, kRead, kUnsent, kSent };
  Status status = Status::kUnread;
  std::vector<std::uint8_t> octets;  // SMSC prefix and TPDU

  bool submitted() const {  // from here, or to be
    return status == Status::kUnsent || status == Status::kSent;
  }
  std::size_t tpdu_length() const {
    return octets.empty() ? 0 : octets.size() - 1 - octets.front();
  }
};

class Memory {
 public:
  enum class Name : std::uint8_t { kSim, kDevice, kReports };  // SM, ME, SR

  explicit Memory(int size) : size_(size) {}

  int size() const { return size_; }
  int used() const { return static_cast<int>(messages_.size()); }
  bool full() const { return used() >= size_; }
  void Resize(int size) { size_ = size; }

  // The place, or nothing where it is full.
  std::optional<int> Add(StoredMessage message);
  StoredMessage* Find(int place);
  bool Delete(int place) { return messages_.erase(place) > 0; }
  const std::map<int, StoredMessage>& messages() const { return messages_; }

 private:
  int size_;
  std::map<int, StoredMessage> messages_;
};

std::optional<Memory::Name> MemoryNamed(std::string_view name);
std::string_view ToString(Memory::Name name);

struct Memories {
  std::array<Memory, 3> all{Memory(50), Memory(50), Memory(20)};
  Memory& operator[](Memory::Name name) {
    return all[static_cast<std::size_t>(name)];
  }
};

}  // namespace smsweb::sim
