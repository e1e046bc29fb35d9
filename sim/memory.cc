#include "sim/memory.h"

#include <utility>

namespace smsweb::sim {

std::optional<int> Memory::Add(StoredMessage message) {
  for (int place = 1; place <= size_; ++place) {
    if (messages_.try_emplace(place, std::move(message)).second) return place;
  }
  return std::nullopt;
}

StoredMessage* Memory::Find(int place) {
  const auto found = messages_.find(place);
  return found == messages_.end() ? nullptr : &found->second;
}

std::optional<Memory::Name> MemoryNamed(std::string_view name) {
  if (name == "SM") return Memory::Name::kSim;
  if (name == "ME") return Memory::Name::kDevice;
  if (name == "SR") return Memory::Name::kReports;
  return std::nullopt;
}

std::string_view ToString(Memory::Name name) {
  switch (name) {
    case Memory::Name::kSim:
      return "SM";
    case Memory::Name::kDevice:
      return "ME";
    case Memory::Name::kReports:
      break;
  }
  return "SR";
}

}  // namespace smsweb::sim
