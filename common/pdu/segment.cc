#include "common/pdu/segment.h"

#include <utf8.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "common/pdu/gsm7.h"
#include "common/pdu/ucs2.h"

namespace smsweb {
namespace {

std::optional<std::size_t> FirstInvalid(std::string_view text) {
  const auto* const bytes = text.data();
  std::size_t ascii = 0;
  while (ascii < text.size() && static_cast<signed char>(bytes[ascii]) >= 0) {
    ++ascii;
  }
  const auto* const end = bytes + text.size();
  const auto* const bad = utf8::find_invalid(bytes + ascii, end);
  if (bad == end) return std::nullopt;
  return static_cast<std::size_t>(bad - bytes);
}

// Whether a cut before units[end] would part what belongs together.
bool Splits(Alphabet alphabet, const std::vector<std::uint8_t>& units,
            std::size_t end) {
  if (alphabet == Alphabet::kGsm7) return units[end - 1] == kGsm7Escape;
  return IsHighSurrogate(units[end - 2]);
}

std::vector<Segment> Cut(Alphabet alphabet, std::vector<std::uint8_t> units) {
  std::vector<Segment> parts;
  if (units.size() <= PartCapacity(alphabet, false)) {
    parts.push_back({std::move(units)});
    return parts;
  }
  const std::size_t step = alphabet == Alphabet::kGsm7 ? 1 : 2;
  const std::size_t capacity = PartCapacity(alphabet, true);
  parts.reserve(units.size() / capacity + 1);
  for (std::size_t begin = 0; begin < units.size();) {
    std::size_t end = std::min(begin + capacity, units.size());
    if (end < units.size() && Splits(alphabet, units, end)) end -= step;
    const auto first = units.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = units.begin() + static_cast<std::ptrdiff_t>(end);
    parts.push_back({{first, last}});
    begin = end;
  }
  return parts;
}

}  // namespace

Result<SegmentedText> SegmentText(std::string_view text) {
  if (const auto bad = FirstInvalid(text)) {
    return Fail(ErrorKind::kInvalid,
                "the text is not UTF-8 at byte " + std::to_string(*bad));
  }
  if (auto septets = Utf8ToGsm7(text)) {
    return SegmentedText{Alphabet::kGsm7,
                         Cut(Alphabet::kGsm7, std::move(*septets))};
  }
  return SegmentedText{Alphabet::kUcs2, Cut(Alphabet::kUcs2, Utf8ToUcs2(text))};
}

}  // namespace smsweb
