-- SPDX-License-Identifier: GPL-2.0-only
--
-- svcplane for Wireshark and tshark, 4.0 and later:
--
--	tshark -X lua_script:svcplane.lua -V -r FILE
--
-- or as a file in the directory of personal Lua plugins. Wireshark reads the NSH
-- itself, as ever. This shows what Documentation/wire.md puts into it and behind it:
-- context, control messages with their MAC, bulk bodies, and RFC 9516 echo. It holds
-- no keys: a MAC is shown, not checked.
--
-- Context and messages come at the end of a frame, from the fields that the dissector of
-- NSH has left. To take its place and to call it would not do: on 4.0, what a capture
-- has cut off throws the C code out through Lua, which does not survive that for long.

local svcplane = Proto("svcplane", "svcplane service plane")

local CLASS_IETF = 0
local MD_CONTEXT, MD_CONTROL, MD_MAC1 = 1, 2, 2
local NP_NONE, NP_ETHERNET, NP_OAM, NP_BULK = 0, 3, 7, 0xFE
local SPI_CONTROL, HOST_MAX = 0xFFF000, 4094

svcplane.prefs.always = Pref.bool("Any MD type 1 context is svcplane's", false,
	"Also where neither outer address is one of svcplane's, 02:50:...")
svcplane.prefs.class = Pref.uint("Metadata class", 0xFFF6,
	"As set by 'svcplane plane set PLANE md-class'")

local message_names = {
	[1] = "Hello", [2] = "Hello answer", [3] = "Hello done", [4] = "Ack",
	[5] = "Announce", [6] = "Verdict", [7] = "Flow state", [8] = "User",
}
local tlv_names = {
	[1] = "Nonce", [2] = "Peer nonce", [3] = "Epoch", [4] = "Last sequence",
	[5] = "Version", [6] = "Ack", [7] = "Nodes", [8] = "Verdict", [9] = "Tuple",
	[10] = "User bytes", [11] = "Flow record",
}
local statuses = {
	[0] = "applied", [1] = "duplicate", [2] = "unknown type", [3] = "malformed",
	[4] = "not permitted", [5] = "no flow", [6] = "stale", [7] = "rate",
	[8] = "renumber",
}
local actions = { [1] = "drop", [2] = "allow", [3] = "skip-node", [4] = "re-path" }
local scopes = { [1] = "forward", [2] = "reverse", [3] = "both" }
local states = { [1] = "up", [2] = "down", [3] = "drain", [4] = "gone" }
local treatments = { [0] = "chain", [1] = "bypass", [2] = "drop" }
local tcp_states = {
	[0] = "none", [1] = "SYN", [2] = "established", [3] = "FIN", [4] = "RST",
}
local families = { [4] = "IPv4", [6] = "IPv6" }
local echo_types = { [1] = "request", [2] = "reply" }
local reply_modes = {
	[1] = "none", [2] = "UDP", [4] = "specified path", [5] = "UDP with integrity",
	[7] = "specified path with integrity",
}
local echo_codes = {
	[0] = "none", [1] = "malformed", [2] = "TLV not understood",
	[3] = "authentication failed", [4] = "TTL exceeded", [5] = "end of path",
	[6] = "reply path missing", [7] = "reply path not found",
	[8] = "reply path unverifiable", [252] = "node cannot be used",
	[253] = "no such SPI and SI", [254] = "no session with the next host",
}
local echo_tlvs = {
	[1] = "Source ID", [2] = "Errored TLVs", [3] = "Reply service path",
	[4] = "SFF information record", [252] = "Hop", [253] = "Node",
}

-- --- fields ---------------------------------------------------------------------
local U8, U16, U24, U32, U64 = ftypes.UINT8, ftypes.UINT16, ftypes.UINT24, ftypes.UINT32,
	ftypes.UINT64
local BYTES, ETHER, IPV4, IPV6 = ftypes.BYTES, ftypes.ETHER, ftypes.IPv4, ftypes.IPv6
local DEC, HEX = base.DEC, base.HEX
local sizes = {
	[U8] = 1, [U16] = 2, [U24] = 3, [U32] = 4, [U64] = 8, [ETHER] = 6, [IPV4] = 4,
	[IPV6] = 16,
}

-- By group: name, title, type, base, names of values, mask, and where it stands in the
-- bytes of the group if it always stands there
local specs = {
	ctx = {
		{ "d", "D", U32, DEC, nil, 0x80000000, 0 },
		{ "f", "F", U32, DEC, { [1] = "word 3 is a tag" }, 0x60000000, 0 },
		{ "host", "Source host", U32, DEC, nil, 0x0FFF0000, 0 },
		{ "iface", "Source interface", U32, DEC, nil, 0x0000FFFF, 0 },
		{ "q", "Q (liveness query)", U32, DEC, nil, 0x80000000, 4 },
		{ "v", "V (reverse direction)", U32, DEC, nil, 0x40000000, 4 },
		{ "tenant", "Tenant", U32, DEC, nil, 0x00FFFFFF, 4 },
		{ "skip", "Skip mask", U32, HEX, nil, 0xFFFF0000, 8 },
		{ "chain", "Chain", U32, DEC, nil, 0x0000FFFF, 8 },
		{ "a", "A (answer to Q)", U32, DEC, nil, 0x80000000, 12 },
		{ "tag", "Flow tag", U32, HEX, nil, 0x7FFFFFFF, 12 },
	},
	ctl = {
		{ "version", "Version", U8, DEC, nil, 0xF0, 0 },
		{ "ack_wanted", "Ack wanted", U8, DEC, nil, 0x01, 0 },
		{ "is_ack", "Is ack", U8, DEC, nil, 0x02, 0 },
		{ "type", "Type", U8, DEC, message_names, nil, 1 },
		{ "length", "Length", U16, DEC, nil, nil, 2 },
		{ "origin", "Origin host", U16, DEC, nil, nil, 4 },
		{ "dest", "Destination host", U16, DEC, nil, nil, 6 },
		{ "epoch", "Epoch", U32, HEX, nil, nil, 8 },
		{ "seq", "Sequence", U64, DEC, nil, nil, 12 },
		{ "path_host", "Control path of host", U16, DEC },
	},
	tlv = {
		{ "type", "TLV", U16, DEC, tlv_names, nil, 0 },
		{ "length", "Length", U16, DEC, nil, nil, 2 },
		{ "value", "Value", BYTES },
		{ "padding", "Padding", BYTES },
	},
	nonce = { { "own", "Nonce", U64, HEX, nil, nil, 0 } },
	peer_nonce = { { "back", "Peer nonce", U64, HEX, nil, nil, 0 } },
	epoch = { { "number", "Epoch", U32, HEX, nil, nil, 0 } },
	last_seq = { { "number", "Last sequence", U64, DEC, nil, nil, 0 } },
	version = {
		{ "highest", "Highest version", U16, DEC, nil, nil, 0 },
		{ "caps", "Capabilities", U16, HEX, nil, nil, 2 },
	},
	ack = {
		{ "seq", "Answers sequence", U64, DEC, nil, nil, 0 },
		{ "status", "Status", U16, DEC, statuses, nil, 8 },
		{ "reserved", "Reserved", U16, HEX, nil, nil, 10 },
		{ "epoch", "Answers epoch", U32, HEX, nil, nil, 12 },
	},
	node = {
		{ "id", "Node", U16, DEC, nil, nil, 0 },
		{ "mac", "MAC", ETHER, nil, nil, nil, 2 },
		{ "state", "State", U8, DEC, states, nil, 8 },
		{ "load", "Load", U8, DEC, nil, nil, 9 },
		{ "moves", "Moves", U16, DEC, nil, nil, 10 },
	},
	verdict = {
		{ "tag", "Flow tag", U32, HEX, nil, nil, 0 },
		{ "action", "Action", U8, DEC, actions, nil, 4 },
		{ "scope", "Scope", U8, DEC, scopes, nil, 5 },
		{ "reason", "Reason", U8, DEC, nil, nil, 6 },
		{ "now", "Now", U8, DEC, nil, 0x01, 7 },
		{ "reject", "Reject", U8, DEC, nil, 0x02, 7 },
		{ "node", "Node", U16, DEC, nil, nil, 8 },
		{ "chain", "Target chain", U16, DEC, nil, nil, 10 },
		{ "generation", "Generation", U32, DEC, nil, nil, 12 },
		{ "lifetime", "Lifetime (ms)", U32, DEC, nil, nil, 16 },
		{ "spi", "Target SPI", U32, DEC, nil, nil, 20 },
	},
	tuple = {
		{ "family", "Family", U8, DEC, families, nil, 0 },
		{ "proto", "Protocol", U8, DEC, nil, nil, 1 },
		{ "tagged", "VLAN present", U16, DEC, nil, 0x1000, 2 },
		{ "vlan", "VLAN", U16, DEC, nil, 0x0FFF, 2 },
		{ "sport", "Source port", U16, DEC, nil, nil, 36 },
		{ "dport", "Destination port", U16, DEC, nil, nil, 38 },
		{ "src", "Source", IPV4 }, { "dst", "Destination", IPV4 },
		{ "src6", "Source", IPV6 }, { "dst6", "Destination", IPV6 },
	},
	flows = {
		{ "mac", "Guest that moves", ETHER, nil, nil, nil, 0 },
		{ "count", "Records", U16, DEC, nil, nil, 6 },
	},
	flow = {
		{ "vlan", "Inner VLAN", U16, HEX, nil, nil, 40 },
		{ "first_in", "First frame to the guest", U8, DEC, nil, 0x01, 42 },
		{ "syn", "First frame a SYN", U8, DEC, nil, 0x02, 42 },
		{ "assured", "Seen in both directions", U8, DEC, nil, 0x04, 42 },
		{ "twice", "Inspected twice", U8, DEC, nil, 0x08, 42 },
		{ "peer", "Peer", ETHER, nil, nil, nil, 44 },
		{ "chain", "Chain", U16, DEC, nil, nil, 50 },
		{ "spi", "SPI from the guest", U32, DEC, nil, nil, 52 },
		{ "spi_in", "SPI to the guest", U32, DEC, nil, nil, 56 },
		{ "skip", "Skip mask from the guest", U16, HEX, nil, nil, 60 },
		{ "skip_in", "Skip mask to the guest", U16, HEX, nil, nil, 62 },
		{ "act", "Treatment from the guest", U8, DEC, treatments, nil, 64 },
		{ "act_in", "Treatment to the guest", U8, DEC, treatments, nil, 65 },
		{ "tcp", "TCP state of the guest", U8, DEC, tcp_states, nil, 66 },
		{ "tcp_in", "TCP state of the peer", U8, DEC, tcp_states, nil, 67 },
		{ "idle", "Idle (ms)", U32, DEC, nil, nil, 68 },
		{ "lifetime", "Lifetime of the treatment (ms)", U32, DEC, nil, nil, 72 },
	},
	mac1 = {
		{ "keyid_len", "Key id length", U8, DEC, nil, nil, 0 },
		{ "key_lower", "Key of the host with the lower id", U8, DEC, nil, nil, 1 },
		{ "key_higher", "Key of the host with the higher id", U8, DEC, nil, nil, 2 },
		{ "nonce_len", "Nonce length", U8, DEC, nil, nil, 11 },
		{ "time", "Timestamp", ftypes.ABSOLUTE_TIME, base.UTC },
		{ "mac", "MAC", BYTES }, { "other", "Of another form", BYTES },
	},
	oam = {
		{ "version", "Version", U8, DEC, nil, 0xC0, 0 },
		{ "type", "Message type", U8, DEC, { [1] = "echo" }, 0x3F, 0 },
		{ "reserved", "Reserved", U8, HEX, nil, nil, 1 },
		{ "length", "Length", U16, DEC, nil, nil, 2 },
	},
	echo = {
		{ "flags", "Flags", U16, HEX, nil, nil, 0 },
		{ "reserved", "Reserved", U16, HEX, nil, nil, 2 },
		{ "type", "Echo type", U8, DEC, echo_types, nil, 4 },
		{ "mode", "Reply mode", U8, DEC, reply_modes, nil, 5 },
		{ "code", "Return code", U8, DEC, echo_codes, nil, 6 },
		{ "subcode", "Return subcode", U8, DEC, nil, nil, 7 },
		{ "handle", "Sender's handle", U32, HEX, nil, nil, 8 },
		{ "seq", "Sequence", U32, DEC, nil, nil, 12 },
	},
	echo_path = {
		{ "spi", "Reply SPI", U24, DEC, nil, nil, 0 },
		{ "si", "Reply SI", U8, DEC, nil, nil, 3 },
	},
	echo_hop = {
		{ "host", "Answering host", U16, DEC, nil, nil, 0 },
		{ "node", "Node of the next hop", U16, DEC, nil, nil, 2 },
		{ "next", "Next host", U16, DEC, nil, nil, 4 },
		{ "state", "State of the node", U8, DEC, states, nil, 6 },
		{ "admin", "Down: set so", U8, DEC, nil, 0x01, 7 },
		{ "missing", "Down: a leg is missing", U8, DEC, nil, 0x02, 7 },
		{ "link", "Down: link of a leg", U8, DEC, nil, 0x04, 7 },
		{ "remote", "Down: of another host", U8, DEC, nil, 0x08, 7 },
		{ "spi", "SPI", U24, DEC, nil, nil, 8 },
		{ "si", "SI", U8, DEC, nil, nil, 11 },
		{ "ttl", "TTL left", U8, DEC, nil, nil, 12 },
	},
	echo_node = { { "id", "Node", U16, DEC, nil, nil, 0 } },
	echo_tlv = {
		{ "type", "TLV", U8, DEC, echo_tlvs, nil, 0 },
		{ "length", "Length", U16, DEC, nil, nil, 2 },
		{ "value", "Value", BYTES },
		{ "source", "Source", IPV4 }, { "source6", "Source", IPV6 },
	},
}

local f, fields = {}, {}

for group, list in pairs(specs) do
	for _, s in ipairs(list) do
		local name = group .. "." .. s[1]

		f[name] = ProtoField.new(s[2], "svcplane." .. name, s[3], s[5], s[4], s[6])
		fields[#fields + 1] = f[name]
	end
end
svcplane.fields = fields

-- add_group TREE RANGE GROUP: its fields that stand in RANGE
local function add_group(tree, range, group)
	for _, s in ipairs(specs[group]) do
		local at, len = s[7], sizes[s[3]]

		if at and at + len <= range:len() then
			tree:add(f[group .. "." .. s[1]], range(at, len))
		end
	end
end

local malformed = ProtoExpert.new("svcplane.malformed", "Malformed",
	expert.group.MALFORMED, expert.severity.ERROR)
local unexpected = ProtoExpert.new("svcplane.unexpected", "Not where it belongs",
	expert.group.PROTOCOL, expert.severity.WARN)
local unknown = ProtoExpert.new("svcplane.unknown", "Not known",
	expert.group.UNDECODED, expert.severity.NOTE)
svcplane.experts = { malformed, unexpected, unknown }

local function tell(kind, item, text, ...)
	item:add_proto_expert_info(kind, text:format(...))
end

local function bad(item, text, ...) tell(malformed, item, text, ...) end
local function odd(item, text, ...) tell(unexpected, item, text, ...) end

-- --- control bodies -------------------------------------------------------------
local function check_ack(range, item)
	local status = range(8, 2):uint()

	if not statuses[status] then bad(item, "status %d", status) end
	if range(10, 2):uint() ~= 0 then bad(item, "reserved bits are set") end
	return ("of %s: %s"):format(range(0, 8):uint64(), statuses[status] or status)
end

local function check_verdict(range, item)
	local tag, action, scope = range(0, 4):uint(), range(4, 1):uint(), range(5, 1):uint()
	local flags, chain, spi = range(7, 1):uint(), range(10, 2):uint(), range(20, 4):uint()

	if not actions[action] then bad(item, "action %d", action) end
	if not scopes[scope] then bad(item, "scope %d", scope) end
	if flags > 3 or flags > 0 and action ~= 1 then bad(item, "flags 0x%02x", flags) end
	if tag > 0x7FFFFFFF then bad(item, "tag of more than 31 bits") end
	if spi > 0xFFEFFF then bad(item, "SPI %d is no path's", spi) end
	if action == 4 and spi == 0 and chain == 0 then bad(item, "re-path to nowhere") end
	return ("%s %s tag 0x%x"):format(actions[action] or action, scopes[scope] or scope, tag)
end

local function no_vlan(vlan)
	return vlan ~= 0 and math.floor(vlan / 0x1000) ~= 1
end

local function group_mac(range)
	return range(0, 1):uint() % 2 == 1
end

local function check_tuple(range, item)
	local family, vlan = range(0, 1):uint(), range(2, 2):uint()
	local six, len = family == 6 and "6" or "", family == 6 and 16 or 4

	if not families[family] then
		bad(item, "family %d", family)
		return
	end
	item:add(f["tuple.src" .. six], range(4, len))
	item:add(f["tuple.dst" .. six], range(20, len))
	if family == 4 and (range(8, 12):bytes():tohex() .. range(24, 12):bytes():tohex())
			:find("[^0]") then
		bad(item, "bytes behind an IPv4 address")
	end
	if no_vlan(vlan) then bad(item, "VLAN 0x%04x", vlan) end
end

local function check_nodes(range, item)
	if range:len() % 12 ~= 0 then
		bad(item, "node records of %d bytes", range:len())
		return
	end
	for at = 0, range:len() - 1, 12 do
		local one = range(at, 12)
		local id, state = one(0, 2):uint(), one(8, 1):uint()
		local record = item:add(one, ("Node %d: %s"):format(id, states[state] or state))

		add_group(record, one, "node")
		-- each is valid alone: the others of the message still count
		if id == 0 or not states[state] or group_mac(one(2, 6)) or
				one(2, 6):bytes():tohex() == "000000000000" then
			bad(record, "not a node that can be")
		end
	end
	return ("%d nodes"):format(range:len() / 12)
end

-- Where a direction has what it cannot have: DIR is 0 from the guest, 1 to it
local function bad_direction(one, dir)
	local act, spi = one(64 + dir, 1):uint(), one(52 + 4 * dir, 4):uint()

	return not treatments[act] or not tcp_states[one(66 + dir, 1):uint()] or
		spi > 0xFFEFFF or act == 0 and (spi == 0 or one(50, 2):uint() == 0)
end

local function check_flows(range, item)
	local len = range:len()

	if len < 8 or len ~= 8 + 76 * range(6, 2):uint() or len == 8 or len > 8 + 76 * 16 or
			group_mac(range) then
		item:add(f["tlv.value"], range)
		bad(item, "not a head and its records")
		return
	end
	add_group(item, range, "flows")
	for at = 8, len - 1, 76 do
		local one = range(at, 76)
		local record = item:add(one, "Flow record")

		add_group(record, one(0, 40), "tuple")
		check_tuple(one(0, 40), record)
		add_group(record, one, "flow")
		if one(42, 1):uint() > 15 or one(43, 1):uint() ~= 0 or group_mac(one(44, 6)) or
				no_vlan(one(40, 2):uint()) or bad_direction(one, 0) or
				bad_direction(one, 1) then
			bad(record, "not a flow that can be")
		end
	end
	return ("%d flows"):format(range(6, 2):uint())
end

local function add_value(range, item)
	item:add(f["tlv.value"], range)
end

-- length that the value must have, group of fields, and what else there is to do
local tlvs = {
	[1] = { 8, "nonce" }, [2] = { 8, "peer_nonce" }, [3] = { 4, "epoch" },
	[4] = { 8, "last_seq" }, [5] = { 4, "version" }, [6] = { 16, "ack", check_ack },
	[7] = { nil, nil, check_nodes }, [8] = { 24, "verdict", check_verdict },
	[9] = { 40, "tuple", check_tuple }, [10] = { nil, nil, add_value },
	[11] = { nil, nil, check_flows },
}

-- TLVs that a message must have, and all that it may have
local messages = {
	[1] = { { 1, 3 }, { 1, 3, 5 } }, [2] = { { 1, 2, 3, 4 }, { 1, 2, 3, 4, 5 } },
	[3] = { { 2, 3, 4 }, { 2, 3, 4, 5 } }, [4] = { { 6 }, { 6 } }, [5] = { {}, { 7 } },
	[6] = { { 8 }, { 8, 9 } }, [7] = { { 11 }, { 11 } }, [8] = { { 10 }, { 10 } },
}

local function has(list, value)
	for _, one in ipairs(list) do
		if one == value then return true end
	end
	return false
end

-- tlv RANGE ITEM MESSAGE: the one that RANGE begins with. Returns its type, what it
-- takes of RANGE (nil: all, nothing can follow) and words about it
local function tlv(range, item, message)
	local left = range:len() - 4

	if left < 0 then
		bad(item, "%d bytes are no TLV", range:len())
		return
	end
	local kind, len = range(0, 2):uint(), range(2, 2):uint()
	local known, pad = tlvs[kind], -len % 4
	local here = item:add(range(0, 4 + math.min(left, len + pad)),
		tlv_names[kind] or ("TLV %d"):format(kind))

	add_group(here, range(0, 4), "tlv")
	if len + pad > left then
		bad(here, "value of %d bytes, %d are left", len, left)
		return kind
	end
	if pad > 0 then
		here:add(f["tlv.padding"], range(4 + len, pad))
		if range(4 + len, pad):uint() ~= 0 then bad(here, "padding is not zero") end
	end
	if not known or message and not has(message[2], kind) then
		tell(unknown, here, "passed over: %s", known and "of another message" or "unknown")
		if len > 0 then add_value(range(4, len), here) end
		return kind, 4 + len + pad
	end
	if known[1] and known[1] ~= len then
		bad(here, "value of %d bytes, not %d", len, known[1])
		return kind, 4 + len + pad
	end
	if len == 0 then return kind, 4 end
	if known[2] then add_group(here, range(4, len), known[2]) end
	return kind, 4 + len + pad, known[3] and known[3](range(4, len), here)
end

-- head RANGE ITEM: the 20 bytes before the TLVs; returns the message type
local function head(range, item)
	local flags, kind = range(0, 1):uint() % 16, range(1, 1):uint()
	local no_seq = range(12, 4):uint() + range(16, 4):uint() == 0

	add_group(item, range(0, 20), "ctl")
	if range(2, 2):uint() ~= range:len() or range:len() % 4 ~= 0 then
		bad(item, "length is %d, there are %d bytes", range(2, 2):uint(), range:len())
	end
	if range(4, 2):uint() > HOST_MAX or range(6, 2):uint() > HOST_MAX then
		bad(item, "host id above %d", HOST_MAX)
	end
	if flags > 3 or kind == 4 and flags ~= 2 or kind ~= 4 and flags > 1 then
		bad(item, "flags 0x%x", flags)
	end
	if kind <= 4 and not no_seq then bad(item, "a hello or ack with a sequence number") end
	if not messages[kind] then tell(unknown, item, "message type %d", kind) end
	return kind
end

-- body RANGE TREE: a control message; returns words for the column
local function body(range, tree)
	local item = tree:add(range, "Control message")
	local at, seen, words = 20, {}, nil

	if range:len() < 20 then
		bad(item, "%d bytes, the head alone has 20", range:len())
		return "malformed"
	end
	if math.floor(range(0, 1):uint() / 16) ~= 1 then
		add_group(item, range(0, 20), "ctl")
		bad(item, "version %d", math.floor(range(0, 1):uint() / 16))
		return "malformed"
	end
	local kind = head(range, item)
	local text = ("%s %d > %d"):format(message_names[kind] or kind, range(4, 2):uint(),
		range(6, 2):uint())
	while at and at < range:len() do
		local which, len, more = tlv(range(at), item, messages[kind])

		if which and seen[which] then tell(unknown, item, "doubled TLV %d", which) end
		if not (which and seen[which]) then words = words or more end
		if which then seen[which] = true end
		at = len and at + len
	end
	for _, must in ipairs(messages[kind] and messages[kind][1] or {}) do
		if not seen[must] then bad(item, "no TLV '%s'", tlv_names[must]) end
	end
	text = words and text .. ": " .. words or text
	item:append_text(", " .. text)
	return text
end

-- --- context headers --------------------------------------------------------------
-- context WORDS TREE: of four ranges, as the NSH of MD type 1 shows them
local function context(words, tree)
	local item = tree:add(words[1], "Context")
	local sum = 0

	for i = 1, 4 do sum = sum + words[i]:uint() end
	for _, s in ipairs(specs.ctx) do
		item:add(f["ctx." .. s[1]], words[s[7] / 4 + 1])
	end
	if sum == 0 then
		item:append_text(", zero")
		return
	end
	item:append_text((", host %d, interface %d, tenant %d, tag 0x%x"):format(
		words[1](0, 2):uint() % 4096, words[1](2, 2):uint(), words[2](1, 3):uint(),
		words[4]:uint() % 2^31))
	if math.floor(words[1]:uint() / 2^28) ~= 2 or words[2](0, 1):uint() % 64 ~= 0 then
		odd(item, "not the bits of svcplane's layout")
	end
end

local function mac1(range, tree)
	local item = tree:add(range, "MAC#1 (RFC 9145)")

	if range:len() ~= 28 or range(0, 1):uint() ~= 2 or range(11, 1):uint() ~= 0 then
		item:add(f["mac1.other"], range)
		bad(item, "not a key id of 2 bytes, no nonce and a MAC of 16")
		return
	end
	add_group(item, range, "mac1")
	item:add(f["mac1.time"], range(3, 8), NSTime.new(range(3, 4):uint(),
		math.floor(range(7, 4):uint() * 1e9 / 2^32)))
	item:add(f["mac1.mac"], range(12, 16))
end

-- one_header HEADER TREE NSH: a context header; its value is nil where it is empty
local function one_header(header, tree, nsh)
	local ours, value = header.class == svcplane.prefs.class, header.value
	local is_mac = header.class == CLASS_IETF and header.kind == MD_MAC1

	if nsh.mac then odd(tree, "a context header behind the MAC") end
	if not value and (is_mac or ours and header.kind <= MD_CONTROL) then
		bad(tree, "empty context header of type %d", header.kind)
	elseif ours and header.kind == MD_CONTEXT and value:len() ~= 16 then
		bad(tree, "context of %d bytes, not 16", value:len())
	elseif ours and header.kind == MD_CONTEXT then
		context({ value(0, 4), value(4, 4), value(8, 4), value(12, 4) }, tree)
		nsh.context = true
	elseif ours and header.kind == MD_CONTROL then
		nsh.words = body(value, tree)
	elseif is_mac then
		mac1(value, tree)
		nsh.mac = true
	end
end

-- --- echo (RFC 9516) --------------------------------------------------------------
local echo_groups = {
	[3] = { 4, "echo_path" }, [252] = { 16, "echo_hop" }, [253] = { 4, "echo_node" },
}

local function echo_tlv(range, tree)
	local len = range:len() >= 4 and range(2, 2):uint()

	if not len or 4 + len > range:len() then
		bad(tree, "%d bytes are no TLV of echo", range:len())
		return
	end
	local kind = range(0, 1):uint()
	local item = tree:add(range(0, 4 + len), echo_tlvs[kind] or ("TLV %d"):format(kind))

	add_group(item, range(0, 4), "echo_tlv")
	if len == 0 then return 4 end
	if kind == 1 and (len == 4 or len == 16) then
		item:add(f[len == 4 and "echo_tlv.source" or "echo_tlv.source6"], range(4, len))
	elseif echo_groups[kind] and echo_groups[kind][1] == len then
		add_group(item, range(4, len), echo_groups[kind][2])
	else
		if echo_groups[kind] then bad(item, "value of %d bytes", len) end
		item:add(f["echo_tlv.value"], range(4, len))
	end
	return 4 + len
end

local function echo(range, tree)
	local item = tree:add(range, "Active OAM (RFC 9516)")
	local at = 20

	add_group(item, range(0, math.min(4, range:len())), "oam")
	if range:len() < 4 or range(0, 1):uint() ~= 1 then
		bad(item, "not version 0 and an echo")
		return "OAM"
	end
	if range(2, 2):uint() ~= range:len() - 4 then
		bad(item, "length is %d, there are %d bytes", range(2, 2):uint(), range:len() - 4)
	end
	if range:len() < 20 then
		bad(item, "echo of %d bytes, not 16", range:len() - 4)
		return "echo"
	end
	add_group(item, range(4, 16), "echo")
	local kind, code = range(8, 1):uint(), range(10, 1):uint()
	local text = ("Echo %s, handle 0x%x, seq %d"):format(echo_types[kind] or kind,
		range(12, 4):uint(), range(16, 4):uint())

	if kind == 2 then text = text .. ": " .. (echo_codes[code] or code) end
	item:append_text(", " .. text)
	while at and at < range:len() do
		local len = echo_tlv(range(at), item)

		at = len and at + len
	end
	return text
end

-- --- what Wireshark has read -----------------------------------------------------------
local spis, lengths = Field.new("nsh.spi"), Field.new("nsh.length")
local from = {}

for _, name in ipairs({ "eth.src", "eth.dst", "nsh.Obit", "nsh.mdtype", "nsh.nextproto",
		"nsh.si", "nsh.contextheader", "nsh.metadataclass",
		"nsh.metadatatype", "nsh.metadatalen", "nsh.metadata" }) do
	from[name] = Field.new(name)
end

-- addressed START: whether an outer address is svcplane's
local function addressed(start)
	for _, name in ipairs({ "eth.src", "eth.dst" }) do
		local last

		for _, one in ipairs({ from[name]() }) do
			if one.offset < start then last = one end
		end
		if last and last.range(0, 2):uint() == 0x0250 then return true end
	end
	return false
end

-- --- what stands behind the NSH: next protocols 0, 7 and 0xFE ---------------------------
local rest = Proto("svcplane_rest", "svcplane: bytes behind metadata")
local oam = Proto("svcplane_oam", "svcplane: active OAM")
local bulk = Proto("svcplane_bulk", "svcplane: bulk")

local function payload(tvb, pinfo, tree, read)
	-- what was not captured whole is data
	if tvb:len() == 0 or tvb:len() < tvb:reported_len() then return 0 end
	pinfo.cols.protocol = "svcplane"
	pinfo.cols.info = read(tvb(), tree:add(svcplane, tvb()))
	return tvb:len()
end

-- Nothing follows but what fills a short Ethernet frame up; shown as data
function rest.dissector(tvb, pinfo, tree)
	local all = { lengths() }
	local last = all[#all]

	if last.value * 4 + tvb:reported_len() > 46 and addressed(last.offset) then
		odd(tree:add(svcplane, tvb()), "%d bytes behind metadata", tvb:reported_len())
	end
	return 0
end

function oam.dissector(tvb, pinfo, tree)
	return payload(tvb, pinfo, tree, echo)
end

-- An experiment of somebody else's, unless it is on a control path
function bulk.dissector(tvb, pinfo, tree)
	local all = { spis() }

	if all[#all].value < SPI_CONTROL and not svcplane.prefs.always then return 0 end
	return payload(tvb, pinfo, tree, body)
end

-- --- the NSH, when Wireshark has read it ----------------------------------------------
-- headers NSH: its context headers, with what is wrong with the last one
local function headers(nsh)
	local kinds, lens, values = { from["nsh.metadatatype"]() },
		{ from["nsh.metadatalen"]() }, { from["nsh.metadata"]() }
	local list, wrong, at = {}, nil, nil

	for i, class in ipairs({ from["nsh.metadataclass"]() }) do
		local len, value = lens[i] and lens[i].value, nil

		at = class.offset - nsh.start
		if at >= 8 and at < nsh.len then
			for _, one in ipairs(values) do
				if one.offset == class.offset + 4 then value = one.range end
			end
			-- one that ends behind the NSH is read out of the frame inside
			if not len or len > 0 and not value or at + 4 + len + -len % 4 > nsh.len then
				return list, "a context header is cut short"
			end
			list[#list + 1] = { class = class.value, kind = kinds[i].value,
				value = value }
		end
	end
	return list, wrong
end

local function ours(nsh, list)
	if svcplane.prefs.always or addressed(nsh.start) then return true end
	for _, header in ipairs(list) do
		if header.class == svcplane.prefs.class then return true end
	end
	return false
end

-- placed TREE NSH: what may stand in which frame, wire.md
local function placed(tree, nsh)
	local control = nsh.spi >= SPI_CONTROL

	if control then
		tree:add(f["ctl.path_host"], nsh.spi - SPI_CONTROL):set_generated()
		if nsh.next == NP_ETHERNET then odd(tree, "a data frame on a control path") end
		if nsh.spi == SPI_CONTROL or nsh.spi - SPI_CONTROL > HOST_MAX then
			odd(tree, "control path of no host")
		end
	end
	if nsh.next == NP_BULK and not control then odd(tree, "bulk, and no control path") end
	if nsh.next == NP_OAM and nsh.words then odd(tree, "echo with a control message") end
	if nsh.next == NP_OAM and not nsh.oam then odd(tree, "echo without the O bit") end
	if nsh.next ~= NP_OAM and nsh.oam then odd(tree, "O bit, and no echo") end
	if nsh.mac and not nsh.context then odd(tree, "a MAC without context") end
	if nsh.next == NP_NONE and nsh.len == 8 then odd(tree, "neither metadata nor payload") end
end

-- show NSH TREE CUT: CUT if the capture has not all that was on the wire
local function show(nsh, tree, cut)
	local list, wrong = {}, nil

	if nsh.md == 2 then list, wrong = headers(nsh) end
	if nsh.md > 2 or not ours(nsh, list) then return end
	tree = tree:add(svcplane, nsh.range)
	if nsh.len < 8 or nsh.md == 1 and nsh.len ~= 24 then
		bad(tree, "NSH of %d bytes with MD type %d", nsh.len, nsh.md)
	elseif nsh.md == 1 then
		local words = {}

		for _, word in ipairs({ from["nsh.contextheader"]() }) do
			local at = word.offset - nsh.start

			if at >= 8 and at < 24 then words[at / 4 - 1] = word.range end
		end
		if words[4] then context(words, tree) end
		if not words[4] and not cut then bad(tree, "context is cut short") end
		nsh.context = true
	end
	for _, header in ipairs(list) do one_header(header, tree, nsh) end
	if wrong and not cut then bad(tree, "%s", wrong) end
	placed(tree, nsh)
end

function svcplane.dissector(tvb, pinfo, tree)
	local lens, oams, mds, nexts, paths = { lengths() }, { from["nsh.Obit"]() },
		{ from["nsh.mdtype"]() }, { from["nsh.nextproto"]() }, { spis() }

	-- with all of its first 8 bytes, or it is not there
	for i in ipairs({ from["nsh.si"]() }) do
		local nsh = {
			start = lens[i].offset, range = lens[i].range, len = lens[i].value * 4,
			oam = oams[i].value == 1, md = mds[i].value % 16,
			next = nexts[i].value, spi = paths[i].value,
		}

		show(nsh, tree, tvb:len() < tvb:reported_len())
		if nsh.words and nsh.next == NP_NONE then
			pinfo.cols.protocol = "svcplane"
			pinfo.cols.info = nsh.words
		elseif nsh.words then
			pinfo.cols.info:append(" [" .. nsh.words .. "]")
		end
	end
end

register_postdissector(svcplane)
DissectorTable.get("nsh.next_proto"):add(NP_NONE, rest)
DissectorTable.get("nsh.next_proto"):add(NP_OAM, oam)
DissectorTable.get("nsh.next_proto"):add(NP_BULK, bulk)
