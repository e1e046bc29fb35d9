#include "common/pdu/validity.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "common/pdu/decode_error.h"
#include "common/pdu/semi_octets.h"

namespace smsweb {
namespace {

// TP-VP, relative format, TS 23.040 § 9.2.3.12.1: four scales, each with the
// value at which it starts, what that value says, and the step.
struct ValidityScale {
  int first;
  std::chrono::minutes start;
  std::chrono::minutes step;
};

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::weeks;

constexpr std::array<ValidityScale, 4> kValidityScales = {
    {{0, minutes(5), minutes(5)},
     {144, hours(12) + minutes(30), minutes(30)},
     {168, days(2), days(1)},
     {197, weeks(5), weeks(1)}}};

// The enhanced format, § 9.2.3.12.3: the functionality indicator, and what the
// octets behind it are.
constexpr std::uint8_t kMoreIndicators = 0x80;
constexpr std::uint8_t kSingleShot = 0x40;
constexpr std::uint8_t kEnhancedMask = 0x07;
constexpr std::uint8_t kEnhancedRelative = 1;
constexpr std::uint8_t kEnhancedSeconds = 2;
constexpr std::uint8_t kEnhancedClock = 3;  // hours, minutes, seconds

std::optional<std::chrono::seconds> ReadClock(
    std::span<const std::uint8_t> octets) {
  const auto hour = TwoDigitsOf(octets[0]);
  const auto minute = TwoDigitsOf(octets[1]);
  const auto second = TwoDigitsOf(octets[2]);
  if (!hour || !minute || !second) return std::nullopt;
  return hours(*hour) + minutes(*minute) + std::chrono::seconds(*second);
}

std::optional<std::chrono::seconds> ReadEnhanced(
    std::span<const std::uint8_t> octets) {
  if (octets[0] & kMoreIndicators) return std::nullopt;
  switch (octets[0] & kEnhancedMask) {
    case kEnhancedRelative:
      return RelativeValidityPeriod(octets[1]);
    case kEnhancedSeconds:
      return std::chrono::seconds(octets[1]);
    case kEnhancedClock:
      return ReadClock(octets.subspan(1));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::uint8_t RelativeValidity(std::chrono::seconds validity) {
  int octet = 0;
  for (std::size_t i = 0; i < kValidityScales.size(); ++i) {
    const ValidityScale& scale = kValidityScales[i];
    if (validity < scale.start) break;
    const auto end =
        i + 1 < kValidityScales.size() ? kValidityScales[i + 1].first : 256;
    const auto steps = (validity - scale.start) / scale.step;
    octet =
        static_cast<int>(std::min<std::int64_t>(scale.first + steps, end - 1));
  }
  return static_cast<std::uint8_t>(octet);
}

std::chrono::seconds RelativeValidityPeriod(std::uint8_t octet) {
  const auto* scale = kValidityScales.data();
  for (const ValidityScale& next : kValidityScales) {
    if (octet >= next.first) scale = &next;
  }
  return scale->start + (octet - scale->first) * scale->step;
}

Validity Validity::Relative(std::chrono::seconds period) {
  Validity validity{.format = Format::kRelative, .octets = {}};
  validity.octets[0] = RelativeValidity(period);
  return validity;
}

Validity Validity::Enhanced(std::chrono::seconds period, bool single_shot) {
  Validity validity{.format = Format::kEnhanced, .octets = {}};
  auto& octets = validity.octets;
  const std::int64_t seconds =
      std::max<std::int64_t>(period.count(), 1);  // 0 is reserved
  if (seconds < 256) {
    octets[0] = kEnhancedSeconds;
    octets[1] = static_cast<std::uint8_t>(seconds);
  } else if (seconds < 100 * 3600) {
    octets[0] = kEnhancedClock;
    octets[1] = SemiOctetOf(seconds / 3600);
    octets[2] = SemiOctetOf(seconds / 60 % 60);
    octets[3] = SemiOctetOf(seconds % 60);
  } else {
    octets[0] = kEnhancedRelative;
    octets[1] = RelativeValidity(period);
  }
  if (single_shot) octets[0] |= kSingleShot;
  return validity;
}

Validity Validity::Absolute(const Timestamp& until) {
  return {.format = Format::kAbsolute, .octets = until.octets};
}

std::optional<std::chrono::seconds> Validity::Period() const {
  switch (format) {
    case Format::kRelative:
      return RelativeValidityPeriod(octets[0]);
    case Format::kEnhanced:
      return ReadEnhanced(octets);
    case Format::kAbsolute:
      break;
  }
  return std::nullopt;
}

std::optional<Timestamp> Validity::Until() const {
  if (format != Format::kAbsolute) return std::nullopt;
  return Timestamp{octets};
}

bool Validity::SingleShot() const {
  return format == Format::kEnhanced && (octets[0] & kSingleShot) != 0;
}

std::string_view ToString(Validity::Format format) {
  switch (format) {
    case Validity::Format::kEnhanced:
      return "enhanced";
    case Validity::Format::kRelative:
      return "relative";
    case Validity::Format::kAbsolute:
      break;
  }
  return "absolute";
}

void AppendValidity(const Validity& validity,
                    std::vector<std::uint8_t>& octets) {
  const std::size_t size =
      validity.format == Validity::Format::kRelative ? 1 : 7;
  octets.insert(octets.end(), validity.octets.begin(),
                validity.octets.begin() + static_cast<std::ptrdiff_t>(size));
}

Result<Validity> TakeValidity(OctetCursor& cursor, Validity::Format format) {
  Validity validity{.format = format, .octets = {}};
  const auto octets =
      cursor.Take(format == Validity::Format::kRelative ? 1 : 7);
  if (!octets) return CutShort(cursor, "the validity period");
  std::ranges::copy(*octets, validity.octets.begin());
  return validity;
}

}  // namespace smsweb
