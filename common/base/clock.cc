#include "common/base/clock.h"

#include <time.h>

namespace smsweb {
namespace {

// By hand: two times are in each answer, and formatting them with libfmt took a
// tenth of the endpoint's work.
void PutDigits(std::int64_t value, std::size_t at, std::size_t count,
               std::string* text) {
  for (std::size_t i = at + count; i-- > at; value /= 10) {
    (*text)[i] = static_cast<char>('0' + value % 10);
  }
}

}  // namespace

// Asked of the system itself: libstdc++'s system_clock ends in 2038 on Debian
// 12's armhf, whose libraries are compiled for a time_t of 32 bits.
WallTime SystemClock::Wall() const {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::chrono::floor<Millis>(WallTime(std::chrono::seconds(now.tv_sec)) +
                                    std::chrono::nanoseconds(now.tv_nsec));
}

MonoTime SystemClock::Mono() const { return std::chrono::steady_clock::now(); }

std::string FormatRfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = "yyyy-mm-ddThh:mm:ss.fffZ";
  PutDigits(static_cast<int>(date.year()), 0, 4, &text);
  PutDigits(static_cast<unsigned>(date.month()), 5, 2, &text);
  PutDigits(static_cast<unsigned>(date.day()), 8, 2, &text);
  PutDigits(clock.hours().count(), 11, 2, &text);
  PutDigits(clock.minutes().count(), 14, 2, &text);
  PutDigits(clock.seconds().count(), 17, 2, &text);
  PutDigits(clock.subseconds().count(), 20, 3, &text);
  return text;
}

namespace {

// Reads fixed-width fields off the front of a text.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : text_(text) {}

  std::optional<int> Digits(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }

  bool Skip(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_[0]) == std::string_view::npos) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }

  // ".123456": milliseconds; 0 where there is none.
  std::optional<Millis> Fraction() {
    if (!Skip(".")) return Millis(0);
    int millis = 0;
    int digits = 0;
    for (; !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; ++digits) {
      if (digits < 3) millis = millis * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 3; ++digits) millis *= 10;
    return Millis(millis);
  }

  // "Z", "+07:00", "-02:30".
  std::optional<std::chrono::minutes> Offset() {
    if (Skip("Zz")) return std::chrono::minutes(0);
    const bool west = !text_.empty() && text_[0] == '-';
    if (!Skip("+-")) return std::nullopt;
    const auto hours = Digits(2);
    if (!hours || *hours > 23 || !Skip(":")) return std::nullopt;
    const auto minutes = Digits(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return west ? -offset : offset;
  }

  bool AtEnd() const { return text_.empty(); }

 private:
  std::string_view text_;
};

}  // namespace

std::optional<WallTime> ParseRfc3339(std::string_view text) {
  FieldReader reader(text);
  const auto year = reader.Digits(4);
  if (!year || !reader.Skip("-")) return std::nullopt;
  const auto month = reader.Digits(2);
  if (!month || !reader.Skip("-")) return std::nullopt;
  const auto day = reader.Digits(2);
  if (!day || !reader.Skip("Tt ")) return std::nullopt;
  const auto hour = reader.Digits(2);
  if (!hour || *hour > 23 || !reader.Skip(":")) return std::nullopt;
  const auto minute = reader.Digits(2);
  if (!minute || *minute > 59 || !reader.Skip(":")) return std::nullopt;
  const auto second = reader.Digits(2);
  if (!second || *second > 60) return std::nullopt;
  const auto fraction = reader.Fraction();
  if (!fraction) return std::nullopt;
  const auto offset = reader.Offset();
  if (!offset || !reader.AtEnd()) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(*month)),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
         *fraction - *offset;
}

}  // namespace smsweb
