#include "sim/reassembly.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace smsweb::sim {

std::optional<Reassembled> Reassembly::Add(std::string_view modem,
                                           const Submit& part,
                                           const Instant& cmgs_at) {
  const Concatenation place = *part.data.Place();
  Assembly& assembly = assemblies_[Key(modem, ToString(part.recipient),
                                       place.reference, place.total)];
  Put(assembly, place.number, {part.data.Coding(), part.data.units, cmgs_at});
  if (assembly.open.size() != place.total) return std::nullopt;
  assembly.last = std::exchange(assembly.open, {});
  return Join(assembly.last);
}

void Reassembly::Put(Assembly& assembly, std::uint8_t number, Part part) {
  const auto there = assembly.open.find(number);
  const auto before = assembly.last.find(number);
  const bool repeats =
      before != assembly.last.end() && before->second.SaysTheSame(part);
  if (there != assembly.open.end() && !there->second.SaysTheSame(part)) {
    assembly.open.clear();
  } else if (!repeats && OnlyRepeats(assembly)) {
    assembly.open.clear();
  }
  assembly.open.insert_or_assign(number, std::move(part));
}

bool Reassembly::OnlyRepeats(const Assembly& assembly) {
  return std::all_of(assembly.open.begin(), assembly.open.end(),
                     [&](const auto& entry) {
                       const auto before = assembly.last.find(entry.first);
                       return before != assembly.last.end() &&
                              before->second.SaysTheSame(entry.second);
                     });
}

// Units are joined before they are read, for hosts that cut a pair in two.
Reassembled Reassembly::Join(const Parts& parts) {
  Reassembled whole{{}, parts.begin()->second.at};
  std::vector<std::uint8_t> units;
  for (auto at = parts.begin(); at != parts.end(); ++at) {
    const Part& part = at->second;
    if (part.at.mono < whole.first_at.mono) whole.first_at = part.at;
    units.insert(units.end(), part.units.begin(), part.units.end());
    const auto next = std::next(at);
    if (next != parts.end() && next->second.coding == part.coding) continue;
    whole.text += DecodeText(part.coding, units);
    units.clear();
  }
  return whole;
}

}  // namespace smsweb::sim
