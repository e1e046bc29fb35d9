#include "common/pdu/validity.h"

#include <algorithm>
#include <array>
#include <cstddef>

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

}  // namespace smsweb
