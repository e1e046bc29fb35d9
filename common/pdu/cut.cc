#include "common/pdu/cut.h"

#include <unigbrk.h>

#include <algorithm>

#include "common/pdu/alphabet_tables.h"
#include "common/pdu/ucs2.h"

namespace smsweb {
namespace {

// What begins at a unit.
enum class Begin : std::uint8_t { kNothing, kCodePoint, kCluster };

std::size_t UnitsAt(Alphabet alphabet, std::span<const std::uint8_t> units,
                    std::size_t at) {
  if (alphabet == Alphabet::kGsm7) return units[at] == kGsm7Escape ? 2 : 1;
  return IsHighSurrogate(units[at]) ? 4 : 2;
}

// One more than there are units: the end is a beginning.
std::vector<Begin> BeginsOf(Alphabet alphabet,
                            std::span<const std::uint8_t> units,
                            const std::vector<bool>& starts) {
  std::vector<Begin> begins(units.size() + 1, Begin::kNothing);
  std::size_t at = 0;
  for (const bool cluster : starts) {
    begins[at] = cluster ? Begin::kCluster : Begin::kCodePoint;
    at += UnitsAt(alphabet, units, at);
  }
  begins.back() = Begin::kCluster;
  return begins;
}

// Whether the cluster that begins at `at` is no longer than a part.
bool Fits(const std::vector<Begin>& begins, std::size_t at,
          std::size_t capacity) {
  const auto first = begins.begin() + static_cast<std::ptrdiff_t>(at) + 1;
  const auto longest = std::min(capacity, begins.size() - 1 - at);
  const auto last = first + static_cast<std::ptrdiff_t>(longest);
  return std::find(first, last, Begin::kCluster) != last;
}

// Of the part from `begin` on; the whole capacity is behind that.
std::size_t EndOf(const std::vector<Begin>& begins, std::size_t begin,
                  std::size_t capacity) {
  std::size_t end = begin + capacity;
  while (end > begin && begins[end] != Begin::kCluster) --end;
  if (end > begin && Fits(begins, end, capacity)) return end;
  end = begin + capacity;
  while (begins[end] == Begin::kNothing) --end;
  return end;
}

}  // namespace

std::vector<bool> ClusterStarts(std::string_view text) {
  std::vector<char> breaks(text.size());
  u8_grapheme_breaks(reinterpret_cast<const std::uint8_t*>(text.data()),
                     text.size(), breaks.data());
  std::vector<bool> starts;
  starts.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool continues = (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    if (!continues) starts.push_back(breaks[i] != 0);
  }
  return starts;
}

std::vector<std::size_t> PartEnds(Alphabet alphabet,
                                  std::span<const std::uint8_t> units,
                                  const std::vector<bool>& starts,
                                  std::size_t capacity) {
  const auto begins = BeginsOf(alphabet, units, starts);
  std::vector<std::size_t> ends;
  std::size_t begin = 0;
  while (units.size() - begin > capacity) {
    begin = EndOf(begins, begin, capacity);
    ends.push_back(begin);
  }
  ends.push_back(units.size());
  return ends;
}

}  // namespace smsweb
