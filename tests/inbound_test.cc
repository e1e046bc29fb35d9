// A received PDU as the store keeps it.
#include "daemon/inbound.h"

#include "catch.h"
#include "common/pdu/data_coding.h"
#include "common/pdu/deliver.h"
#include "common/pdu/status_report.h"

namespace smsweb {
namespace {

constexpr WallTime kNow{Millis(1'700'000'000'000)};
constexpr WallTime kSent{Millis(1'699'999'990'000)};

class Reader {
 public:
  Received Read(const std::string& pdu, Incoming incoming = Incoming::kStored) {
    return ReadReceived(pdu, incoming, {.modem = "a", .sim = "510", .at = kNow},
                        random_);
  }

 private:
  SeededRandom random_{1};
};

Deliver Text(const std::string& text, HeaderOptions header = {}) {
  Deliver deliver;
  deliver.smsc = NumberAddress("+62811");
  deliver.sender = NumberAddress("+6281234567890");
  deliver.sent_at = MakeTimestamp(kSent);
  auto segmented = SegmentText(text);
  deliver.data = MakeUserData(segmented->coding, segmented->parts[0], header);
  return deliver;
}

std::string Pdu(const Deliver& deliver) {
  const auto pdu = EncodeDeliver(deliver);
  REQUIRE(pdu.has_value());
  return ToHex(pdu->octets);
}

TEST_CASE("A message has its sender, its time and its text") {
  const auto read = Reader().Read(Pdu(Text("hello")));
  REQUIRE(read.message.has_value());
  CHECK(read.problem.empty());
  CHECK(read.message->sender == "+6281234567890");
  CHECK(read.message->smsc == "+62811");
  CHECK(read.message->text == "hello");
  CHECK(read.message->coding == "gsm7");
  CHECK(read.message->sent_at == kSent);
  CHECK(read.message->received_at == kNow);
  CHECK(read.message->total == 1);
  CHECK(read.message->port == -1);
}

TEST_CASE("A part knows its place") {
  const auto read =
      Reader().Read(Pdu(Text("two", {.place = Concatenation{200, 3, 2}})));
  CHECK(read.message->reference == 200);
  CHECK(read.message->total == 3);
  CHECK(read.message->number == 2);
}

TEST_CASE("Data is hex digits, with its port") {
  Deliver deliver = Text("x", {.ports = Ports{2948, 9200}});
  deliver.data.data_coding = MakeDataCoding(Alphabet::kData);
  deliver.data.units = {0x00, 0xFF};
  const auto read = Reader().Read(Pdu(deliver));
  CHECK(read.message->coding == "8bit");
  CHECK(read.message->text == "00FF");
  CHECK(read.message->port == 2948);
}

TEST_CASE("A name as sender stays a name; flash is a message as any other") {
  Deliver deliver = Text("hello");
  deliver.sender = {.type = Address::kAlphanumericUnknown, .value = "BANK"};
  deliver.data.data_coding = MakeDataCoding(Alphabet::kGsm7, 0);
  const auto read = Reader().Read(Pdu(deliver));
  CHECK(read.message->sender == "BANK");
  CHECK(read.message->text == "hello");
}

TEST_CASE("Type 0, and a lamp without a text, are thrown away") {
  Deliver silent = Text("hello");
  silent.protocol = 0x40;
  auto read = Reader().Read(Pdu(silent));
  CHECK_FALSE(read.message.has_value());
  CHECK(read.problem.empty());
  Deliver lamp = Text("");
  lamp.data.data_coding = 0xC8;  // discard; voicemail, on
  CHECK_FALSE(Reader().Read(Pdu(lamp)).message.has_value());
  Deliver told = Text("2 voicemails");
  told.data.data_coding = 0xC8;
  CHECK(Reader().Read(Pdu(told)).message->text == "2 voicemails");
}

TEST_CASE("The same PDU of the same SIM has the same fingerprint") {
  const std::string pdu = Pdu(Text("hello"));
  std::string lower = pdu;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  SeededRandom random(2);
  const auto first = Reader().Read(pdu).message->fingerprint;
  CHECK(Reader().Read(lower, Incoming::kMessage).message->fingerprint == first);
  const auto other = ReadReceived(
      pdu, Incoming::kStored, {.modem = "a", .sim = "262", .at = kNow}, random);
  CHECK(other.message->fingerprint != first);
  CHECK(Reader().Read(Pdu(Text("other"))).message->fingerprint != first);
}

TEST_CASE("A status report is told from a message by its type") {
  StatusReport report;
  report.message_reference = 7;
  report.recipient = NumberAddress("+6289610707901");
  report.sent_at = MakeTimestamp(kSent);
  report.discharged_at = MakeTimestamp(kSent);
  report.status = 0x46;
  const auto pdu = EncodeStatusReport(report);
  for (const auto incoming : {Incoming::kStored, Incoming::kReport}) {
    const auto read = Reader().Read(ToHex(pdu->octets), incoming);
    CHECK_FALSE(read.message.has_value());
    REQUIRE(read.report.has_value());
    CHECK(read.report->message_reference == 7);
    CHECK(read.report->recipient == "+6289610707901");
    CHECK(read.report->status == 0x46);
    CHECK(read.report->sent_at == kSent);
    CHECK(read.report->sim == "510");
  }
}

TEST_CASE("What can't be read is kept as it came, and the problem says where") {
  for (const char* pdu :
       {"", "00", "0004", "xyz", "0002", "0001000291210000"}) {
    INFO(pdu);
    const auto read = Reader().Read(pdu);
    REQUIRE(read.message.has_value());
    CHECK_FALSE(read.report.has_value());
    CHECK(read.message->coding == "undecodable");
    CHECK(read.message->text == pdu);
    CHECK_FALSE(read.problem.empty());
  }
}

TEST_CASE("A word is the whole text, in any case") {
  const std::vector<std::string> words = {"STOP", "END"};
  InboundPart message{
      .sender = "+6281234567890", .coding = "gsm7", .text = "Stop"};
  CHECK(WordIn(message, words) == "STOP");
  message.text = "\r\n end \t";
  CHECK(WordIn(message, words) == "END");
  for (const char* text : {"", "stop it", "nonstop", "STO P"}) {
    message.text = text;
    CHECK_FALSE(WordIn(message, words).has_value());
  }
  message.text = "STOP";
  message.total = 2;
  CHECK_FALSE(WordIn(message, words).has_value());
}

TEST_CASE("Only an international number is told from all others") {
  CHECK(IsInternational("+6281234567890"));
  for (const char* sender :
       {"12345", "BANK", "081234567890", "", "+", "+62x"}) {
    CHECK_FALSE(IsInternational(sender));
  }
}

}  // namespace
}  // namespace smsweb
