#include "common/pdu/timestamp.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "common/pdu/decode_error.h"
#include "common/pdu/semi_octets.h"

namespace smsweb {
namespace {

using std::chrono::minutes;

// Where each piece stands.
enum Piece : std::uint8_t { kYear, kMonth, kDay, kHour, kMinute, kSecond };
constexpr std::size_t kZone = 6;
constexpr std::uint8_t kWest = 0x08;  // the sign, in the zone's first digit
constexpr int kFirstYear = 70;        // 70 to 99 are of the last century

struct Local {
  std::chrono::year_month_day date;
  int hour, minute, second;
};

std::optional<Local> ReadLocal(const Timestamp& stamp) {
  std::array<int, 6> pieces{};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto digits = TwoDigitsOf(stamp.octets[i]);
    if (!digits) return std::nullopt;
    pieces[i] = *digits;
  }
  const int year = pieces[kYear] + (pieces[kYear] < kFirstYear ? 2000 : 1900);
  const Local local{
      .date = std::chrono::year(year) /
              std::chrono::month(static_cast<unsigned>(pieces[kMonth])) /
              std::chrono::day(static_cast<unsigned>(pieces[kDay])),
      .hour = pieces[kHour],
      .minute = pieces[kMinute],
      .second = pieces[kSecond]};
  if (!local.date.ok() || local.hour > 23 || local.minute > 59 ||
      local.second > 59) {
    return std::nullopt;
  }
  return local;
}

}  // namespace

std::optional<WallTime> Timestamp::Time() const {
  const auto local = ReadLocal(*this);
  if (!local) return std::nullopt;
  return WallTime(std::chrono::sys_days(local->date)) +
         std::chrono::hours(local->hour) + minutes(local->minute) +
         std::chrono::seconds(local->second) - Zone();
}

// The units may exceed 9: some networks write quarters as one semi-octet.
minutes Timestamp::Zone() const {
  const int tens = octets[kZone] & 0x07;
  const int units = octets[kZone] >> 4;
  const minutes zone = (tens * 10 + units) * minutes(15);
  return octets[kZone] & kWest ? -zone : zone;
}

std::optional<std::string> Timestamp::Format() const {
  const auto local = ReadLocal(*this);
  if (!local) return std::nullopt;
  const auto zone = static_cast<int>(Zone().count());
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(),
                "%04d-%02u-%02uT%02d:%02d:%02d%c%02d:%02d",
                static_cast<int>(local->date.year()),
                static_cast<unsigned>(local->date.month()),
                static_cast<unsigned>(local->date.day()), local->hour,
                local->minute, local->second, octets[kZone] & kWest ? '-' : '+',
                std::abs(zone) / 60, std::abs(zone) % 60);
  return text.data();
}

Timestamp MakeTimestamp(WallTime time, minutes zone) {
  constexpr int kFarthest = 79;
  const int quarters =
      std::clamp(static_cast<int>(zone / minutes(15)), -kFarthest, kFarthest);
  const auto local =
      std::chrono::floor<std::chrono::seconds>(time) + quarters * minutes(15);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(local - day);
  Timestamp stamp;
  stamp.octets = {
      SemiOctetOf(static_cast<int>(date.year()) % 100),
      SemiOctetOf(static_cast<int>(static_cast<unsigned>(date.month()))),
      SemiOctetOf(static_cast<int>(static_cast<unsigned>(date.day()))),
      SemiOctetOf(static_cast<int>(clock.hours().count())),
      SemiOctetOf(static_cast<int>(clock.minutes().count())),
      SemiOctetOf(static_cast<int>(clock.seconds().count())),
      SemiOctetOf(std::abs(quarters))};
  if (quarters < 0) stamp.octets[kZone] |= kWest;
  return stamp;
}

Result<Timestamp> TakeTimestamp(OctetCursor& cursor, const char* what) {
  Timestamp stamp;
  const auto octets = cursor.Take(stamp.octets.size());
  if (!octets) return CutShort(cursor, what);
  std::ranges::copy(*octets, stamp.octets.begin());
  return stamp;
}

}  // namespace smsweb
