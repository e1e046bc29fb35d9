// SMS-SUBMIT, octet by octet. PDUs of other implementations are in
// pdu_vectors_test.cc.
#include "common/pdu/submit.h"

#include <array>
#include <iterator>
#include <string>

#include "catch.h"
#include "common/base/random.h"
#include "common/pdu/validity.h"

namespace smsweb {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::weeks;

Submit Message(std::string_view text) {
  const auto cut = SegmentText(text);
  Submit submit;
  submit.recipient = NumberAddress("+6289610707901");
  submit.data = MakeUserData(cut->coding, cut->parts.front());
  return submit;
}

template <typename Change>
Submit Message(std::string_view text, Change change) {
  Submit submit = Message(text);
  change(submit);
  return submit;
}

struct EncodeCase {
  const char* what;
  Submit submit;
  const char* hex;
  std::size_t tpdu_length;
};

const EncodeCase kEncoded[] = {
    {"plain", Message("hello"), "0001000D91269816707009F1000005E8329BFD06", 19},
    {"Unicode", Message("Я"),
     "0001000D91269816707009F100080204"
     "2F",
     16},
    {"an SMSC of its own",
     Message("hello",
             [](Submit& m) { m.smsc = NumberAddress("+628315000032"); }),
     "0791263851000023"
     "01000D91269816707009F1000005E8329BFD06",
     19},
    {"a short code",
     Message("hello", [](Submit& m) { m.recipient = NumberAddress("888"); }),
     "0001000381"
     "88F8"
     "000005E8329BFD06",
     14},
    {"a validity, a report and no duplicates",
     Message("hello",
             [](Submit& m) {
               m.validity = Validity::Relative(minutes(10));
               m.status_report = true;
               m.reject_duplicates = true;
               m.message_reference = 7;
             }),
     "0035070D91269816707009F1000001"
     "05E8329BFD06",
     20},
    {"a part, with one fill bit",
     Message("a",
             [](Submit& m) {
               m.data.header = {MakeElement(Concatenation{0xAB, 3, 2})};
             }),
     "0041000D91269816707009F10000"
     "08"
     "050003AB0302"
     "C2",
     21},
    {"a part in UCS-2",
     Message("Я",
             [](Submit& m) {
               m.data.header = {MakeElement(Concatenation{0xAB, 3, 2})};
             }),
     "0041000D91269816707009F10008"
     "08"
     "050003AB0302"
     "042F",
     22},
};

TEST_CASE("A message becomes the octets that the modem is given") {
  for (const auto& row : kEncoded) {
    CAPTURE(row.what);
    const auto pdu = EncodeSubmit(row.submit);
    REQUIRE(pdu);
    CHECK(ToHex(pdu->octets) == row.hex);
    CHECK(pdu->tpdu_length == row.tpdu_length);
  }
}

TEST_CASE("What is written reads back the same") {
  for (const auto& row : kEncoded) {
    CAPTURE(row.what);
    const auto pdu = EncodeSubmit(row.submit);
    REQUIRE(pdu);
    const auto read = DecodeSubmit(pdu->octets);
    REQUIRE(read);
    CHECK(*read == row.submit);
  }
}

TEST_CASE("Texts of every length and alphabet read back the same") {
  SeededRandom random(4);
  const char* const characters[] = {"a", "@", "€", "{", "é", "я", "😀", "à"};
  for (std::size_t length = 0; length <= 400; ++length) {
    std::string text;
    std::vector<std::uint8_t> picks(length);
    random.Fill(picks);
    for (const auto pick : picks) text += characters[pick % (length % 8 + 1)];
    const auto cut = SegmentText(text);
    REQUIRE(cut);
    std::string again;
    for (std::size_t i = 0; i < cut->parts.size(); ++i) {
      Submit submit = Message("");
      HeaderOptions header;
      if (cut->parts.size() > 1) {
        header.place =
            Concatenation{9, static_cast<std::uint8_t>(cut->parts.size()),
                          static_cast<std::uint8_t>(i + 1)};
      }
      submit.data = MakeUserData(cut->coding, cut->parts[i], header);
      const auto pdu = EncodeSubmit(submit);
      REQUIRE(pdu);
      const auto read = DecodeSubmit(pdu->octets);
      REQUIRE(read);
      again += read->data.Text();
    }
    REQUIRE(again == text);
  }
}

struct RefusedCase {
  const char* what;
  Submit submit;
};

const RefusedCase kRefused[] = {
    {"no recipient",
     Message("a", [](Submit& m) { m.recipient = NumberAddress(""); })},
    {"a plus alone",
     Message("a", [](Submit& m) { m.recipient = NumberAddress("+"); })},
    {"letters",
     Message("a", [](Submit& m) { m.recipient = NumberAddress("+62x"); })},
    {"21 digits", Message("a",
                          [](Submit& m) {
                            m.recipient = NumberAddress(std::string(21, '1'));
                          })},
    {"a bad SMSC",
     Message("a", [](Submit& m) { m.smsc = NumberAddress("+62 1"); })},
    {"161 septets",
     Message("a", [](Submit& m) { m.data.units.assign(161, 0x61); })},
    {"154 septets in a part",
     Message("a",
             [](Submit& m) {
               m.data.units.assign(154, 0x61);
               m.data.header = {MakeElement(Concatenation{1, 2, 1})};
             })},
    {"half a code unit",
     Message("Я", [](Submit& m) { m.data.units.push_back(0); })},
    {"part 0", Message("a",
                       [](Submit& m) {
                         m.data.header = {MakeElement(Concatenation{1, 2, 0})};
                       })},
    {"part 3 of 2",
     Message("a",
             [](Submit& m) {
               m.data.header = {MakeElement(Concatenation{1, 2, 3})};
             })},
};

TEST_CASE("A message that no PDU can say is refused") {
  for (const auto& row : kRefused) {
    CAPTURE(row.what);
    const auto pdu = EncodeSubmit(row.submit);
    REQUIRE_FALSE(pdu);
    CHECK(pdu.error().kind == ErrorKind::kInvalid);
  }
}

struct BrokenCase {
  const char* hex;
  const char* message;
};

const BrokenCase kBroken[] = {
    {"", "octet 0: the SMSC is cut short"},
    {"0C", "octet 0: an SMSC has at most 11 octets"},
    {"02910F", "octet 0: a filler among the digits"},
    {"0000000291210000", "octet 1: not an SMS-SUBMIT"},
    {"000100", "octet 3: the address is cut short"},
    {"000100009100000161", "octet 3: an address has 1 to 20 digits"},
    {"000100159112", "octet 3: an address has 1 to 20 digits"},
    {"00010002911F000000", "octet 3: a filler among the digits"},
    {"0011000291210000", "octet 8: the validity period is cut short"},
    {"000900029121000001020304", "octet 8: the validity period is cut short"},
    {"0001000291210000"
     "A1",
     "octet 8: more than 140 octets of data"},
    {"0001000291210008"
     "8D",
     "octet 8: more than 140 octets of data"},
    {"0001000291210000"
     "05E8329BFD",
     "octet 9: the text is cut short"},
    {"0001000291210000"
     "05E8329BFD0600",
     "octet 14: octets behind the end"},
    {"0041000291210008"
     "04"
     "03000401"
     "",
     "octet 12: an information element is cut short"},
    {"0041000291210008"
     "02"
     "0500",
     "octet 10: the user data header is cut short"},
    {"0041000291210000"
     "06"
     "050003AB0302",
     "octet 15: the header is longer than the data"},
};

TEST_CASE("A broken PDU is refused with the octet and the reason") {
  for (const auto& row : kBroken) {
    CAPTURE(row.hex);
    const auto octets = FromHex(row.hex);
    REQUIRE(octets);
    const auto read = DecodeSubmit(*octets);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::kInvalid);
    CHECK(read.error().message == row.message);
  }
}

TEST_CASE("A PDU cut at any octet is refused") {
  for (const auto& row : kEncoded) {
    const auto pdu = EncodeSubmit(row.submit);
    REQUIRE(pdu);
    for (std::size_t size = 0; size < pdu->octets.size(); ++size) {
      CAPTURE(row.what, size);
      // A copy of just that size, so that reading on is seen by the sanitizer.
      const std::vector<std::uint8_t> cut(pdu->octets.begin(),
                                          pdu->octets.begin() + size);
      CHECK_FALSE(DecodeSubmit(cut));
    }
  }
}

TEST_CASE("Random damage gives a message in UTF-8, or an error in words") {
  SeededRandom random(5);
  int decoded = 0;
  for (int i = 0; i < 20000; ++i) {
    auto octets =
        EncodeSubmit(kEncoded[i % std::size(kEncoded)].submit)->octets;
    std::array<std::uint8_t, 4> dice;  // two octets: where, and what
    random.Fill(dice);
    octets[dice[0] % octets.size()] = dice[1];
    octets[dice[2] % octets.size()] = dice[3];
    const auto read = DecodeSubmit(octets);
    if (!read) {
      REQUIRE_FALSE(read.error().message.empty());
      continue;
    }
    const auto text = read->data.Text();
    REQUIRE(SegmentText(text).has_value());  // it takes nothing but UTF-8
    ++decoded;
  }
  CHECK(decoded > 0);
}

struct ElementCase {
  const char* what;
  const char* header;  // with its length
  std::optional<int> reference;
};

const ElementCase kElements[] = {
    {"an 8-bit reference", "050003AB0201", 0xAB},
    {"a 16-bit reference", "060804ABCD0201", 0xABCD},
    {"an unknown element before it",
     "087F0199"
     "0003AB0201",
     0xAB},
    {"twice: the last one counts", "0A0003AA02010003AB0202", 0xAB},
    {"part 0 is ignored", "050003AB0200", std::nullopt},
    {"part 3 of 2 is ignored", "050003AB0203", std::nullopt},
    {"a wrong length is ignored", "040002AB02", std::nullopt},
    {"an empty header", "00", std::nullopt},
};

TEST_CASE("Concatenation is found among the elements of a header") {
  for (const auto& row : kElements) {
    CAPTURE(row.what);
    auto header = *FromHex(row.header);
    std::vector<std::uint8_t> octets = *FromHex("0041000291210008");
    octets.push_back(static_cast<std::uint8_t>(header.size() + 2));
    octets.insert(octets.end(), header.begin(), header.end());
    octets.insert(octets.end(), {0x04, 0x2F});
    const auto read = DecodeSubmit(octets);
    REQUIRE(read);
    CHECK(read->data.Text() == "Я");
    const auto place = read->data.Place();
    REQUIRE(place.has_value() == row.reference.has_value());
    if (row.reference) CHECK(place->reference == *row.reference);
  }
}

struct ValidityCase {
  seconds asked;
  std::uint8_t octet;
  seconds said;
};

const ValidityCase kValidities[] = {
    {seconds(0), 0, minutes(5)},
    {seconds(-5), 0, minutes(5)},
    {minutes(5), 0, minutes(5)},
    {minutes(9), 0, minutes(5)},
    {minutes(10), 1, minutes(10)},
    {hours(12), 143, hours(12)},
    {hours(12) + minutes(29), 143, hours(12)},
    {hours(12) + minutes(30), 144, hours(12) + minutes(30)},
    {hours(24), 167, hours(24)},
    {hours(47), 167, hours(24)},
    {days(2), 168, days(2)},
    {days(3), 169, days(3)},
    {days(30), 196, days(30)},
    {days(34), 196, days(30)},
    {weeks(5), 197, weeks(5)},
    {weeks(63), 255, weeks(63)},
    {weeks(1000), 255, weeks(63)},
};

TEST_CASE("A validity is rounded down to what one octet can say") {
  for (const auto& row : kValidities) {
    CAPTURE(row.asked.count());
    CHECK(RelativeValidity(row.asked) == row.octet);
    CHECK(RelativeValidityPeriod(row.octet) == row.said);
  }
  for (int octet = 0; octet < 256; ++octet) {
    const auto value = static_cast<std::uint8_t>(octet);
    CHECK(RelativeValidity(RelativeValidityPeriod(value)) == value);
  }
}

TEST_CASE("Hexadecimal digits read in either case, and in pairs only") {
  CHECK(FromHex("0aFf") == std::vector<std::uint8_t>{0x0A, 0xFF});
  for (const char* bad : {"0", "0g", "0 1", "00\n"}) CHECK_FALSE(FromHex(bad));
}

}  // namespace
}  // namespace smsweb
