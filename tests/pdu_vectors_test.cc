// PDUs, packings, segmentations and alphabets that other implementations agree
// on (tests/vectors/pdu.json names each one's source).
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "catch.h"
#include "common/pdu/data_coding.h"
#include "common/pdu/deliver.h"
#include "common/pdu/gsm7.h"
#include "common/pdu/status_report.h"
#include "common/pdu/submit.h"

namespace smsweb {
namespace {

using nlohmann::json;
using Octets = std::vector<std::uint8_t>;

json Vectors(const char* kind) {
  std::ifstream file(SMSWEB_VECTORS "/pdu.json");
  REQUIRE(file);
  return json::parse(file).at(kind);
}

Octets OctetsOf(const json& row) {
  const auto prefix = row.at("has_smsc").get<bool>() ? "" : "00";
  return *FromHex(prefix + row.at("pdu_hex").get<std::string>());
}

// Where it has no such thing, null.
json OrNull(const std::optional<std::string>& text) {
  return text ? json(*text) : json(nullptr);
}

// ---- what was read, in the words of the vectors ----

json ConcatJson(const Concatenation& place) {
  return {{"ref", place.reference},
          {"total", place.total},
          {"seq", place.number},
          {"bits", place.wide ? 16 : 8}};
}

json HeaderJson(const UserDataHeader& header) {
  json list = json::array();
  for (const auto& element : header) {
    list.push_back({{"iei", element.id}, {"data", ToHex(element.data)}});
  }
  return list;
}

void AddData(const UserData& data, json& out) {
  const TextCoding coding = data.Coding();
  out["dcs"] = data.data_coding;
  out["encoding"] = ToString(coding.alphabet);
  if (coding.alphabet == Alphabet::kData) {
    out["data"] = ToHex(data.units);
  } else {
    out["text"] = data.Text();
  }
  if (coding.alphabet == Alphabet::kGsm7) out["septets"] = data.units.size();
  if (coding.locking != Language::kDefault) {
    out["nl_locking"] = static_cast<int>(coding.locking);
  }
  if (coding.single != Language::kDefault) {
    out["nl_single"] = static_cast<int>(coding.single);
  }
  Octets written;
  REQUIRE(AppendUserData(data, written));
  out["udl"] = written.front();
  if (!data.header.empty()) out["udh"] = HeaderJson(data.header);
  if (!data.header.empty()) out["udh_len"] = SizeOf(data.header) - 1;
  if (const auto place = data.Place()) out["concat"] = ConcatJson(*place);
  if (const auto ports = FindPorts(data.header)) {
    out["ports"] = {{"dst", ports->destination}, {"src", ports->source}};
  }
}

json ValidityJson(const std::optional<Validity>& validity) {
  if (!validity) return nullptr;
  json out = {{"format", ToString(validity->format)}};
  if (const auto until = validity->Until()) {
    out["time"] = OrNull(until->Format());
  }
  if (validity->format == Validity::Format::kRelative) {
    out["octet"] = validity->octets[0];
    out["minutes"] = validity->Period()->count() / 60;
  }
  return out;
}

json SmscJson(const std::optional<Address>& smsc) {
  return smsc ? json(ToString(*smsc)) : json(nullptr);
}

struct Read {
  json values;
  Result<EncodedPdu> again;
};

Result<Read> ReadSubmit(const Octets& octets) {
  const auto submit = DecodeSubmit(octets);
  if (!submit) return std::unexpected(submit.error());
  json out = {{"smsc", SmscJson(submit->smsc)},
              {"mr", submit->message_reference},
              {"address", ToString(submit->recipient)},
              {"toa", submit->recipient.type},
              {"pid", submit->protocol},
              {"vp", ValidityJson(submit->validity)},
              {"srr", submit->status_report}};
  AddData(submit->data, out);
  return Read{out, EncodeSubmit(*submit)};
}

Result<Read> ReadDeliver(const Octets& octets) {
  const auto deliver = DecodeDeliver(octets);
  if (!deliver) return std::unexpected(deliver.error());
  json out = {{"smsc", SmscJson(deliver->smsc)},
              {"address", ToString(deliver->sender)},
              {"toa", deliver->sender.type},
              {"pid", deliver->protocol},
              {"timestamp", OrNull(deliver->sent_at.Format())}};
  if (const auto time = deliver->sent_at.Time()) {
    out["timestamp_utc"] = FormatRfc3339(*time).substr(0, 19);
  }
  AddData(deliver->data, out);
  return Read{out, EncodeDeliver(*deliver)};
}

Result<Read> ReadReport(const Octets& octets) {
  const auto report = DecodeStatusReport(octets);
  if (!report) return std::unexpected(report.error());
  return Read{{{"smsc", SmscJson(report->smsc)},
               {"mr", report->message_reference},
               {"address", ToString(report->recipient)},
               {"toa", report->recipient.type},
               {"scts", OrNull(report->sent_at.Format())},
               {"dt", OrNull(report->discharged_at.Format())},
               {"status", report->status}},
              EncodeStatusReport(*report)};
}

Result<Read> ReadPdu(const json& row, const Octets& octets) {
  const auto direction = row.at("direction").get<std::string>();
  if (direction == "submit") return ReadSubmit(octets);
  if (direction == "deliver") return ReadDeliver(octets);
  REQUIRE(direction == "status-report");
  return ReadReport(octets);
}

// Each of `wanted` is as it says; where an object is wanted, each of its own.
void CheckValues(const json& wanted, const json& values) {
  for (const auto& [name, value] : wanted.items()) {
    if (name == "full_text") continue;  // of all its parts: below
    CAPTURE(name);
    if (value.is_object()) {
      REQUIRE(values.contains(name));
      CheckValues(value, values.at(name));
    } else {
      REQUIRE(values.contains(name));
      CHECK(values.at(name) == value);
    }
  }
}

// ---- nothing is left unlooked at ----

using Names = std::set<std::string>;

void CheckNames(const json& object, const Names& known) {
  for (const auto& [name, value] : object.items()) {
    CAPTURE(name);
    CHECK(known.contains(name));
  }
}

const Names kAboutRow = {"id",   "source",   "origin",      "verified_by",
                         "note", "disagree", "description", "verified"};

void CheckRows(const char* kind, Names known) {
  known.insert(kAboutRow.begin(), kAboutRow.end());
  for (const json& row : Vectors(kind)) CheckNames(row, known);
}

TEST_CASE("Each kind of vector, and each thing that one says, is known here") {
  std::ifstream file(SMSWEB_VECTORS "/pdu.json");
  CheckNames(json::parse(file),
             {"about", "pdu", "packing", "segmentation", "alphabet_tables"});
  CheckRows("pdu", {"direction", "has_smsc", "pdu_hex", "fields", "decoded",
                    "lenient", "part", "parts", "nl"});
  CheckRows("packing", {"septets", "packed", "n_septets", "fill_bits", "text",
                        "nl_locking", "nl_single"});
  CheckRows("segmentation", {"text", "encoding", "parts", "auto_encoding",
                             "segments", "nl_single", "part_lengths"});
  CheckNames(Vectors("alphabet_tables"),
             {"source", "basic", "single_shift", "basic_match_aosp",
              "shift_match_aosp"});
  CheckNames(Vectors("alphabet_tables").at("basic"),
             {"default", "turkish_locking", "portuguese_locking"});
}

TEST_CASE("Others' PDUs read as they say") {
  for (const json& row : Vectors("pdu")) {
    CAPTURE(row.at("id").get<std::string>());
    const auto octets = OctetsOf(row);
    auto read = ReadPdu(row, octets);
    REQUIRE(read);
    const std::size_t tpdu = octets[0] + 1u;
    read->values["fo"] = octets[tpdu];
    read->values["tpdu_len"] = octets.size() - tpdu;
    CheckValues(row.at("decoded"), read->values);
    CheckValues(row.at("fields"), read->values);
  }
}

bool IsLenient(const json& row) { return row.value("lenient", false); }

TEST_CASE("Others' PDUs are written again octet for octet") {
  for (const json& row : Vectors("pdu")) {
    if (IsLenient(row)) continue;
    CAPTURE(row.at("id").get<std::string>());
    const auto octets = OctetsOf(row);
    const auto read = ReadPdu(row, octets);
    REQUIRE(read);
    REQUIRE(read->again);
    CHECK(ToHex(read->again->octets) == ToHex(octets));
    CHECK(read->again->tpdu_length == octets.size() - octets[0] - 1);
  }
}

TEST_CASE("Others' PDUs cut at any octet are refused") {
  for (const json& row : Vectors("pdu")) {
    if (IsLenient(row)) continue;
    CAPTURE(row.at("id").get<std::string>());
    const auto octets = OctetsOf(row);
    for (std::size_t size = 0; size < octets.size(); ++size) {
      CAPTURE(size);
      // Of just that size, so that reading on is seen by the sanitizer.
      CHECK_FALSE(ReadPdu(row, {octets.begin(), octets.begin() + size}));
    }
  }
}

TEST_CASE("Others' parts make the whole text") {
  std::map<std::string, std::string> joined;
  for (const json& row : Vectors("pdu")) {
    if (!row.at("fields").contains("full_text")) continue;
    const auto read = ReadPdu(row, OctetsOf(row));
    REQUIRE(read);
    joined[row["fields"]["full_text"]] += read->values.at("text");
  }
  CHECK(joined.size() > 5);
  for (const auto& [whole, parts] : joined) CHECK(parts == whole);
}

Language LanguageIn(const json& row, const char* name) {
  return *LanguageOf(row.value(name, std::uint8_t{0}));
}

// ---- from a text to PDUs ----

// "turkish-single": whose tables they wrote it with.
TextCoding CodingIn(const json& row) {
  const json& decoded = row.at("decoded");
  if (decoded.at("encoding") == "ucs2") return {Alphabet::kUcs2};
  return {Alphabet::kGsm7, LanguageIn(decoded, "nl_locking"),
          LanguageIn(decoded, "nl_single")};
}

std::string WholeText(const json& row) {
  const json& fields = row.at("fields");
  return fields.contains("full_text") ? fields.at("full_text")
                                      : fields.at("text");
}

Submit Written(const json& row, const SegmentedText& cut) {
  const auto part = row.at("part").get<std::size_t>();
  HeaderOptions header;
  if (cut.parts.size() > 1) {
    header.place = {1, static_cast<std::uint8_t>(cut.parts.size()),
                    static_cast<std::uint8_t>(part)};
  }
  Submit submit;
  submit.recipient =
      NumberAddress(row.at("fields").at("address").get<std::string>());
  submit.message_reference = row.at("decoded").at("mr");
  submit.data = MakeUserData(cut.coding, cut.parts.at(part - 1), header);
  return submit;
}

// They put the tables in front of the place, we behind it: either will do.
void SortHeader(Submit& submit) {
  std::ranges::sort(submit.data.header, {}, &InformationElement::id);
}

TEST_CASE("Others' texts become the PDUs that they make of them") {
  for (const json& row : Vectors("pdu")) {
    if (!row.contains("part")) continue;
    CAPTURE(row.at("id").get<std::string>());
    const auto cut = SegmentTextAs(WholeText(row), CodingIn(row));
    REQUIRE(cut);
    REQUIRE(cut->parts.size() == row.at("parts").get<std::size_t>());
    Submit submit = Written(row, *cut);
    SortHeader(submit);
    auto theirs = DecodeSubmit(OctetsOf(row));
    REQUIRE(theirs);
    SortHeader(*theirs);
    CHECK(submit == *theirs);
    CHECK(EncodeSubmit(submit)->octets == EncodeSubmit(*theirs)->octets);
  }
}

TEST_CASE("No text takes more parts here than with the coding of others") {
  for (const json& row : Vectors("pdu")) {
    if (!row.contains("part")) continue;
    CAPTURE(row.at("id").get<std::string>());
    const TextCoding coding = CodingIn(row);
    SegmentOptions options;
    for (const Language language : {coding.locking, coding.single}) {
      if (language != Language::kDefault) options.languages.push_back(language);
    }
    const auto chosen = SegmentText(WholeText(row), options);
    REQUIRE(chosen);
    CHECK(chosen->parts.size() <= row.at("parts").get<std::size_t>());
  }
}

TEST_CASE("Others' septets pack as they say") {
  for (const json& row : Vectors("packing")) {
    CAPTURE(row.at("source").get<std::string>());
    const auto septets = *FromHex(row.at("septets").get<std::string>());
    const auto fill = row.at("fill_bits").get<unsigned>();
    CHECK(septets.size() == row.at("n_septets").get<std::size_t>());
    const auto packed = PackSeptets(septets, fill);
    CHECK(ToHex(packed) == row.at("packed").get<std::string>());
    CHECK(UnpackSeptets(packed, septets.size(), fill) == septets);
    if (!row.contains("text")) continue;
    const auto locking = LanguageIn(row, "nl_locking");
    const auto single = LanguageIn(row, "nl_single");
    const auto text = row.at("text").get<std::string>();
    CHECK(Gsm7ToUtf8(septets, locking, single) == text);
    const auto written = Utf8ToGsm7(text, locking, single);
    REQUIRE(written);
    if (single == Language::kDefault) CHECK(*written == septets);
    // What the locking table has needs no escape.
    CHECK(written->size() <= septets.size());
    CHECK(Gsm7ToUtf8(*written, locking, single) == text);
  }
}

std::size_t CharactersIn(const std::string& text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (c & 0xC0) != 0x80; });
}

void CheckParts(const SegmentedText& cut, const json& row) {
  std::vector<std::string> parts;
  for (const Segment& part : cut.parts) {
    parts.push_back(DecodeText(cut.coding, part.units));
  }
  std::string joined;
  for (const auto& part : parts) joined += part;
  CHECK(joined == row.at("text").get<std::string>());
  if (row.contains("parts")) CHECK(json(parts) == row.at("parts"));
  if (row.contains("segments")) {
    CHECK(parts.size() == row.at("segments").get<std::size_t>());
  }
  for (std::size_t i = 0; i < row.value("part_lengths", json()).size(); ++i) {
    CHECK(CharactersIn(parts.at(i)) ==
          row.at("part_lengths")[i].get<std::size_t>());
  }
}

TEST_CASE("Others' texts are cut where they cut them") {
  for (const json& row : Vectors("segmentation")) {
    CAPTURE(row.at("description").get<std::string>());
    const auto text = row.at("text").get<std::string>();
    const auto single = LanguageIn(row, "nl_single");
    const auto chosen = SegmentText(text, {.languages = {single}});
    REQUIRE(chosen);
    CHECK(ToString(chosen->coding.alphabet) ==
          row.at("auto_encoding").get<std::string>());
    const auto coding = row.at("encoding") == "ucs2"
                            ? TextCoding{Alphabet::kUcs2}
                            : TextCoding{Alphabet::kGsm7, {}, single};
    const auto cut = SegmentTextAs(text, coding);
    REQUIRE(cut);
    CheckParts(*cut, row);
    if (single == Language::kDefault && chosen->coding == coding) {
      CheckParts(*chosen, row);
    }
  }
}

std::string Utf8(char16_t character) {
  const std::uint8_t octets[] = {static_cast<std::uint8_t>(character >> 8),
                                 static_cast<std::uint8_t>(character)};
  return DecodeText({Alphabet::kUcs2}, octets);
}

std::string RowOf(const AlphabetTable& table) {
  std::string row;
  for (std::size_t i = 0; i < table.size(); ++i) {
    row += i == kGsm7Escape ? "\x1B" : Utf8(table[i]);
  }
  return row;
}

TEST_CASE("Others' alphabets are ours") {
  const json tables = Vectors("alphabet_tables");
  const std::pair<const char*, Language> locking[] = {
      {"default", Language::kDefault},
      {"turkish_locking", Language::kTurkish},
      {"portuguese_locking", Language::kPortuguese}};
  for (const auto& [name, language] : locking) {
    CHECK(RowOf(LockingTable(language)) ==
          tables.at("basic").at(name).get<std::string>());
  }
  for (const auto& [name, wanted] : tables.at("single_shift").items()) {
    CAPTURE(name);
    const auto& table = SingleShiftTable(*ParseLanguage(name));
    json ours = json::object();
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto septet = static_cast<std::uint8_t>(i);
      if (table[i] != 0) ours[ToHex({&septet, 1})] = Utf8(table[i]);
    }
    CHECK(ours == wanted);
  }
}

}  // namespace
}  // namespace smsweb
