// SMS-DELIVER and SMS-STATUS-REPORT, octet by octet, and the pieces that they
// share. PDUs of other implementations are in pdu_vectors_test.cc.
#include "common/pdu/deliver.h"

#include "catch.h"
#include "common/pdu/data_coding.h"
#include "common/pdu/status_report.h"
#include "common/pdu/validity.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::vector<std::uint8_t> Octets(std::string_view hex) { return *FromHex(hex); }

constexpr const char* kHello =
    "0791263851000023"  // SMSC
    "04"
    "0D91269816707009F1"
    "0000"
    "62113270140582"
    "05E8329BFD06";

Deliver Hello() {
  Deliver deliver;
  deliver.smsc = NumberAddress("+628315000032");
  deliver.sender = NumberAddress("+6289610707901");
  deliver.sent_at.octets = {0x62, 0x11, 0x32, 0x70, 0x14, 0x05, 0x82};
  deliver.data = MakeUserData({}, SegmentText("hello")->parts.front());
  return deliver;
}

TEST_CASE("A received message is read and written octet for octet") {
  const auto read = DecodeDeliver(Octets(kHello));
  REQUIRE(read);
  CHECK(*read == Hello());
  CHECK(read->data.Text() == "hello");
  CHECK(read->sent_at.Format() == "2026-11-23T07:41:50+07:00");
  const auto written = EncodeDeliver(*read);
  REQUIRE(written);
  CHECK(ToHex(written->octets) == kHello);
  CHECK(written->tpdu_length == 25);
}

TEST_CASE("Each flag of the first octet is kept") {
  for (const unsigned first : {0x00, 0x04, 0x08, 0x20, 0x80, 0xAC}) {
    auto octets = Octets(kHello);
    octets[8] = static_cast<std::uint8_t>(first);
    const auto read = DecodeDeliver(octets);
    REQUIRE(read);
    CHECK(read->more_messages == !(first & 0x04));
    CHECK(read->loop_prevention == ((first & 0x08) != 0));
    CHECK(read->reports_to_sender == ((first & 0x20) != 0));
    CHECK(read->reply_path == ((first & 0x80) != 0));
    CHECK(EncodeDeliver(*read)->octets == octets);
  }
}

TEST_CASE("A reserved message type is read as a received message") {
  auto octets = Octets(kHello);
  octets[8] = 0x07;
  CHECK(DecodeDeliver(octets));
  octets[8] = 0x05;
  CHECK(DecodeDeliver(octets).error().message == "octet 8: not an SMS-DELIVER");
}

struct AddressCase {
  const char* what;
  Address address;
  const char* hex;
};

const AddressCase kAddresses[] = {
    {"international", NumberAddress("+62811"), "05912618F1"},
    {"national", {0xA1, "0811"}, "04A18011"},
    {"network-specific", {0xB1, "0811"}, "04B18011"},
    {"subscriber", {0xC1, "811"}, "03C118F1"},
    {"a short code", NumberAddress("888"), "038188F8"},
    {"abbreviated, with every other digit", {0xE1, "*#abc"}, "05E1BADCFE"},
    {"a private plan", {0x99, "12"}, "029921"},
    {"a name", {0xD0, "Bank"}, "07D0C2B07B0D"},
    {"a name of 11 characters",
     {0xD0, "01234567890"},
     "14D0B0986C46ABD96EB81C"
     "0C"},
    {"a name of 7 characters", {0xD0, "sipgate"}, "0DD0F334FC1CA69701"},
};

TEST_CASE("Addresses of every kind are written and read again") {
  for (const auto& row : kAddresses) {
    CAPTURE(row.what);
    std::vector<std::uint8_t> octets;
    REQUIRE(AppendAddress(row.address, octets));
    CHECK(ToHex(octets) == row.hex);
    OctetCursor cursor(octets);
    const auto read = TakeAddress(cursor);
    REQUIRE(read);
    CHECK(*read == row.address);
    CHECK(cursor.remaining() == 0);
  }
}

TEST_CASE("What stands in an address's filler is not looked at") {
  const auto octets = Octets("03811111");
  OctetCursor cursor(octets);
  CHECK(TakeAddress(cursor)->value == "111");
}

TEST_CASE("A sender may be nobody") {
  Deliver deliver = Hello();
  deliver.sender = {};
  const auto written = EncodeDeliver(deliver);
  REQUIRE(written);
  const auto read = DecodeDeliver(written->octets);
  REQUIRE(read);
  CHECK(*read == deliver);
}

struct SchemeCase {
  int octet;
  Alphabet alphabet;
  int message_class;  // -1: none
  bool compressed;
  bool deleted;
  const char* waiting;
};

const SchemeCase kSchemes[] = {
    {0x00, Alphabet::kGsm7, -1, false, false, ""},
    {0x03, Alphabet::kGsm7, -1, false, false, ""},
    {0x04, Alphabet::kData, -1, false, false, ""},
    {0x08, Alphabet::kUcs2, -1, false, false, ""},
    {0x0C, Alphabet::kGsm7, -1, false, false, ""},  // reserved
    {0x10, Alphabet::kGsm7, 0, false, false, ""},
    {0x18, Alphabet::kUcs2, 0, false, false, ""},
    {0x17, Alphabet::kData, 3, false, false, ""},
    {0x20, Alphabet::kGsm7, -1, true, false, ""},
    {0x39, Alphabet::kUcs2, 1, true, false, ""},
    {0x40, Alphabet::kGsm7, -1, false, true, ""},
    {0x59, Alphabet::kUcs2, 1, false, true, ""},
    {0x84, Alphabet::kGsm7, -1, false, false, ""},  // reserved
    {0xC0, Alphabet::kGsm7, -1, false, false, "voicemail off discard"},
    {0xC9, Alphabet::kGsm7, -1, false, false, "fax on discard"},
    {0xDA, Alphabet::kGsm7, -1, false, false, "email on store"},
    {0xEB, Alphabet::kUcs2, -1, false, false, "other on store"},
    {0xF0, Alphabet::kGsm7, 0, false, false, ""},
    {0xF6, Alphabet::kData, 2, false, false, ""},
};

std::string WaitingText(const DataCoding& coding) {
  if (!coding.waiting) return "";
  return std::string(ToString(coding.waiting->kind)) +
         (coding.waiting->active ? " on" : " off") +
         (coding.waiting->store ? " store" : " discard");
}

TEST_CASE("Every group of data coding schemes is known") {
  for (const auto& row : kSchemes) {
    CAPTURE(row.octet);
    const auto coding = ReadDataCoding(static_cast<std::uint8_t>(row.octet));
    CHECK(coding.alphabet == row.alphabet);
    CHECK(coding.message_class.value_or(-1) == row.message_class);
    CHECK(coding.compressed == row.compressed);
    CHECK(coding.delete_after_reading == row.deleted);
    CHECK(WaitingText(coding) == row.waiting);
  }
}

TEST_CASE("Schemes that are made read as they were meant") {
  for (const auto alphabet :
       {Alphabet::kGsm7, Alphabet::kUcs2, Alphabet::kData}) {
    for (int message_class = -1; message_class < 4; ++message_class) {
      const auto asked =
          message_class < 0 ? std::nullopt : std::optional(message_class);
      const auto coding = ReadDataCoding(MakeDataCoding(alphabet, asked));
      CHECK(coding.alphabet == alphabet);
      CHECK(coding.message_class == asked);
    }
  }
}

TEST_CASE("Compressed text is kept as octets, and is no text") {
  Deliver deliver = Hello();
  deliver.data = {.data_coding = 0x20, .header = {}, .units = {0xFF, 0x01}};
  const auto read = DecodeDeliver(EncodeDeliver(deliver)->octets);
  REQUIRE(read);
  CHECK(*read == deliver);
  CHECK(read->data.Coding().alphabet == Alphabet::kData);
  CHECK(read->data.Text().empty());
}

struct TimeCase {
  const char* hex;
  const char* text;  // empty: no time
};

const TimeCase kTimes[] = {
    {"62113270140582", "2026-11-23T07:41:50+07:00"},
    {"20806291731480", "2002-08-26T19:37:41+02:00"},
    {"2080629173148A", "2002-08-26T19:37:41-07:00"},
    {"62113270140532", "2026-11-23T07:41:50+05:45"},  // 23 quarters
    {"62113270140549", "2026-11-23T07:41:50-03:30"},  // 14, west
    {"96212132959500", "2069-12-12T23:59:59+00:00"},
    {"07101000000000", "1970-01-01T00:00:00+00:00"},
    {"42209200000000", "2024-02-29T00:00:00+00:00"},
    {"3220920000000"
     "0",
     ""},                    // no leap year
    {"62311100000000", ""},  // month 13
    {"62111142000000", ""},  // hour 24
    {"62111100060000", ""},  // minute 60
    {"6A111100000000", ""},  // no digit
    {"00000000000000", ""},  // nothing at all
};

TEST_CASE("A timestamp is a time, or none") {
  for (const auto& row : kTimes) {
    CAPTURE(row.hex);
    const auto octets = Octets(row.hex);
    OctetCursor cursor(octets);
    const auto stamp = TakeTimestamp(cursor, "it");
    REQUIRE(stamp);
    CHECK(stamp->Format().value_or("") == row.text);
    REQUIRE(stamp->Time().has_value() == (*row.text != '\0'));
    if (!stamp->Time()) continue;
    CHECK(*stamp->Time() == ParseRfc3339(row.text));
    CHECK(MakeTimestamp(*stamp->Time(), stamp->Zone()) == *stamp);
  }
}

TEST_CASE("A header's elements are found, and unknown ones carried through") {
  const UserDataHeader header = {MakeElement(Concatenation{0x1234, 3, 2}),
                                 MakeElement(Ports{2948, 9200}),
                                 MakeLockingElement(Language::kUrdu),
                                 MakeSingleShiftElement(Language::kTamil),
                                 {0x7F, {1, 2, 3}}};
  std::vector<std::uint8_t> octets;
  REQUIRE(AppendHeader(header, octets));
  CHECK(ToHex(octets) ==
        "17"
        "080412340302"
        "05040B8423F0"
        "25010D"
        "24010B"
        "7F03010203");
  CHECK(octets.size() == SizeOf(header));
  OctetCursor cursor(octets);
  const auto read = TakeHeader(cursor);
  REQUIRE(read);
  CHECK(*read == header);
  CHECK(FindConcatenation(*read) == Concatenation{0x1234, 3, 2, true});
  CHECK(FindPorts(*read) == Ports{2948, 9200});
  CHECK(FindLanguages(*read).locking == Language::kUrdu);
  CHECK(FindLanguages(*read).single == Language::kTamil);
}

TEST_CASE("Ports of eight bits, and reserved languages") {
  CHECK(FindPorts({MakeElement(Ports{240, 241, false})}) ==
        Ports{240, 241, false});
  const auto tables = FindLanguages({{0x24, {14}}, {0x25, {1, 1}}});
  CHECK(tables.single == Language::kDefault);
  CHECK(tables.locking == Language::kDefault);
}

TEST_CASE("Validities of three formats") {
  const auto relative = Validity::Relative(hours(24));
  CHECK(relative.Period() == hours(24));
  const auto exact = Validity::Enhanced(seconds(90));
  CHECK(ToHex(exact.octets) == "025A0000000000");
  CHECK(exact.Period() == seconds(90));
  const auto clock = Validity::Enhanced(hours(1) + minutes(2) + seconds(3));
  CHECK(ToHex(clock.octets) == "03102030000000");
  CHECK(clock.Period() == seconds(3723));
  const auto once = Validity::Enhanced(hours(24 * 30), /*single_shot=*/true);
  CHECK(ToHex(once.octets) == "41C40000000000");
  CHECK(once.Period() == hours(24 * 30));
  CHECK(once.SingleShot());
  for (const char* const unknown : {"00000000000000", "04010000000000",
                                    "820A0000000000", "03AA0000000000"}) {
    CAPTURE(unknown);
    const auto octets = Octets(unknown);
    OctetCursor cursor(octets);
    const auto read = TakeValidity(cursor, Validity::Format::kEnhanced);
    REQUIRE(read);
    CHECK_FALSE(read->Period());
  }
  const auto until = MakeTimestamp(*ParseRfc3339("2026-11-23T07:41:50+07:00"));
  const auto absolute = Validity::Absolute(until);
  CHECK_FALSE(absolute.Period());
  CHECK(absolute.Until() == until);
}

constexpr const char* kReport =
    "00"
    "06"
    "2A"
    "0D91269816707009F1"
    "62113270140582"
    "62113270240582"
    "00";

TEST_CASE("A status report is read and written octet for octet") {
  const auto read = DecodeStatusReport(Octets(kReport));
  REQUIRE(read);
  CHECK(read->message_reference == 42);
  CHECK(ToString(read->recipient) == "+6289610707901");
  CHECK(read->sent_at.Format() == "2026-11-23T07:41:50+07:00");
  CHECK(read->discharged_at.Format() == "2026-11-23T07:42:50+07:00");
  CHECK(read->status == 0);
  CHECK_FALSE(read->data);
  CHECK(ToHex(EncodeStatusReport(*read)->octets) == kReport);
}

TEST_CASE("A status report's tail is read and written") {
  for (const char* tail :
       {"00", "0100", "0208", "04026834", "070008040042004F", "0104"}) {
    CAPTURE(tail);
    const auto octets = Octets(std::string(kReport) + tail);
    const auto read = DecodeStatusReport(octets);
    REQUIRE(read);
    if (tail == std::string("00")) continue;  // nothing announced: not written
    CHECK(ToHex(EncodeStatusReport(*read)->octets) == ToHex(octets));
  }
  const auto read =
      DecodeStatusReport(Octets(std::string(kReport) + "070008040042004F"));
  CHECK(read->data->Text() == "BO");
}

TEST_CASE("A status report counts though its tail can't be read") {
  for (const char* tail : {"07", "0700", "070008", "07000804", "0700080400",
                           "FF", "FFFFFFFF", "04FF", "84"}) {
    CAPTURE(tail);
    const auto read = DecodeStatusReport(Octets(std::string(kReport) + tail));
    REQUIRE(read);
    CHECK(read->message_reference == 42);
    CHECK_FALSE(read->data);
  }
}

TEST_CASE("A status says what became of the message, and why") {
  struct Row {
    int status;
    DeliveryStatus meaning;
    const char* text;
  };
  using enum DeliveryStatus;
  const Row rows[] = {
      {0x00, kDelivered, "delivered"},
      {0x01, kCompleted, "forwarded, and nobody can tell whether it arrived"},
      {0x02, kFailed, "replaced by the service centre"},
      {0x03, kReserved, "reserved: service rejected"},
      {0x0F, kReserved, "reserved: service rejected"},
      {0x10, kCompleted, "the service centre's own reason"},
      {0x1F, kCompleted, "the service centre's own reason"},
      {0x20, kTrying, "congestion"},
      {0x25, kTrying, "an error in the phone"},
      {0x26, kReserved, "reserved: service rejected"},
      {0x3F, kTrying, "the service centre's own reason"},
      {0x41, kFailed, "incompatible destination"},
      {0x46, kFailed, "its validity period is over"},
      {0x49, kFailed, "the service centre does not know it"},
      {0x4A, kReserved, "reserved: service rejected"},
      {0x62, kFailed, "no response from the phone"},
      {0x66, kReserved, "reserved: service rejected"},
      {0x7F, kFailed, "the service centre's own reason"},
      {0x80, kReserved, "reserved: service rejected"},
      {0xFF, kReserved, "reserved: service rejected"},
      {-1, kReserved, "reserved: service rejected"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.status);
    CHECK(ReadDeliveryStatus(row.status) == row.meaning);
    CHECK(IsFinal(row.meaning) == (row.meaning != kTrying));
    CHECK(DescribeDeliveryStatus(row.status) == row.text);
  }
}

}  // namespace
}  // namespace smsweb
