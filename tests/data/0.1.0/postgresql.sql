--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: addressees; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.addressees (
    key character varying(64) NOT NULL,
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    box character varying(10) NOT NULL,
    number text NOT NULL,
    words text NOT NULL,
    kept integer NOT NULL,
    newest bigint NOT NULL
);


--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    company_id character varying(36) COLLATE pg_catalog."C",
    user_id character varying(36) COLLATE pg_catalog."C",
    who text NOT NULL,
    via character varying(10) NOT NULL,
    address text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details text,
    search text NOT NULL
);


--
-- Name: audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: audit_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;


--
-- Name: companies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.companies (
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    config text NOT NULL,
    version integer NOT NULL
);


--
-- Name: config_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.config_version (
    id integer NOT NULL,
    version integer NOT NULL,
    CONSTRAINT ck_config_version_single CHECK ((id = 1))
);


--
-- Name: invitations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invitations (
    token_hash character varying(64) NOT NULL,
    user_id character varying(36) COLLATE pg_catalog."C",
    company_id character varying(36) COLLATE pg_catalog."C",
    role character varying(13) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_invitations_known_role CHECK (((role)::text = ANY ((ARRAY['administrator'::character varying, 'employee'::character varying])::text[])))
);


--
-- Name: login_failures; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login_failures (
    key text NOT NULL,
    failures double precision NOT NULL,
    last_at timestamp with time zone NOT NULL,
    blocked_until timestamp with time zone
);


--
-- Name: messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages (
    place bigint NOT NULL,
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    state character varying(10) NOT NULL,
    company_id character varying(36) COLLATE pg_catalog."C",
    company text NOT NULL,
    box character varying(10) NOT NULL,
    addressee_name text NOT NULL,
    addressee_number text NOT NULL,
    caller_number text NOT NULL,
    caller_name text NOT NULL,
    dialled text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    timezone text NOT NULL,
    day character varying(10) NOT NULL,
    source character varying(10) NOT NULL,
    call_id text NOT NULL,
    replaces character varying(36) COLLATE pg_catalog."C",
    min_speech double precision NOT NULL,
    duration double precision,
    speech double precision,
    size integer,
    sha256 character varying(64),
    peaks bytea,
    audio_key text,
    cut_off boolean NOT NULL,
    heard_at timestamp with time zone,
    deleted_at timestamp with time zone,
    addressee_words text NOT NULL,
    caller_words text NOT NULL,
    restored_at timestamp with time zone,
    held_at timestamp with time zone,
    held_by text,
    hold_reason text,
    CONSTRAINT ck_messages_known_box CHECK (((box)::text = ANY ((ARRAY['company'::character varying, 'employee'::character varying])::text[]))),
    CONSTRAINT ck_messages_known_state CHECK (((state)::text = ANY ((ARRAY['recording'::character varying, 'kept'::character varying, 'empty'::character varying, 'discarded'::character varying])::text[])))
);


--
-- Name: news; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.news (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(10) NOT NULL,
    company_id character varying(36) COLLATE pg_catalog."C",
    user_id character varying(36) COLLATE pg_catalog."C",
    box character varying(10) NOT NULL,
    addressee_number text NOT NULL,
    message_id character varying(36) NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: news_seq_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.news_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: news_seq_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.news_seq_seq OWNED BY public.news.seq;


--
-- Name: numbers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.numbers (
    number text NOT NULL,
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    token_hash character varying(64) NOT NULL,
    user_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    address text NOT NULL,
    agent text NOT NULL
);


--
-- Name: tallies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tallies (
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    box text NOT NULL,
    month character varying(7) NOT NULL,
    kept integer NOT NULL
);


--
-- Name: tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tokens (
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    user_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    token_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    expires_at timestamp with time zone
);


--
-- Name: unheard; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.unheard (
    user_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    place bigint NOT NULL
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    login text NOT NULL,
    name text NOT NULL,
    role character varying(13) NOT NULL,
    extensions text NOT NULL,
    password_hash text,
    language character varying(2),
    must_change_password boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    logged_in_at timestamp with time zone,
    disabled_at timestamp with time zone,
    CONSTRAINT ck_users_known_language CHECK (((language)::text = ANY ((ARRAY['ru'::character varying, 'en'::character varying])::text[]))),
    CONSTRAINT ck_users_known_role CHECK (((role)::text = ANY ((ARRAY['administrator'::character varying, 'employee'::character varying])::text[])))
);


--
-- Name: audit id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);


--
-- Name: news seq; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.news ALTER COLUMN seq SET DEFAULT nextval('public.news_seq_seq'::regclass);


--
-- Data for Name: addressees; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.addressees (key, company_id, box, number, words, kept, newest) FROM stdin;
0f5378c046fbb2302938035bfaa0307c50d7b7f259596f0016ef5f34fc67d5c3	bc0542ae-62ac-4b83-a502-59044386dd87	company	74951234567	ромашка 74951234567	3	1877103083520745836
29dceb61d365e6076a168d61e7b6ed90bc207c875a47c97aafe35d26308e4f7a	a0b51ad0-168e-4246-a8ac-b14d962dc11b	company	442079460123	lily & co 442079460123	1	1878009053184429864
34f34fae148b2b79c98a649303b06860da4dbb4a54f3172bef85ce7cf2932b05	a0b51ad0-168e-4246-a8ac-b14d962dc11b	employee	101	grace o'neill 101	1	1878099650150942422
6882137b810e0d93691063d99b05a9d618ba96caaed36900f3904b9f37cde9db	bc0542ae-62ac-4b83-a502-59044386dd87	employee	102	борис елкин 102	0	1877737262285290427
9624e35db36d650be0a8f0198fb1908144ead30d2ad35e27d3a87a94ee84e2bc	bc0542ae-62ac-4b83-a502-59044386dd87	employee	101	анна щукина 101 +7 916 000-11-22 79160001122	2	1877646665319418665
c1c45021763373f81ab72b867f5f9fabebc1724d7e0e9b9b23a3887afb761cd4		company	78120000000	unassigned 78120000000	1	1878190247117537772
\.


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.alembic_version (version_num) FROM stdin;
0005
\.


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.audit (id, at, company_id, user_id, who, via, address, action, subject, details, search) FROM stdin;
1	2026-11-29 09:43:27.860213+00	bc0542ae-62ac-4b83-a502-59044386dd87	\N	operator	cli		company.add	Ромашка	\N	operator company.add ромашка
2	2026-11-29 09:43:27.894296+00	a0b51ad0-168e-4246-a8ac-b14d962dc11b	\N	operator	cli		company.add	Lily & Co	\N	operator company.add lily & co
3	2026-11-29 09:43:28.351314+00	bc0542ae-62ac-4b83-a502-59044386dd87	\N	operator	cli		user.add	olga	{"name": "Ольга Смирнова", "role": "administrator", "extensions": []}	operator user.add olga
4	2026-11-29 09:43:29.841045+00	bc0542ae-62ac-4b83-a502-59044386dd87	\N	operator	cli		user.add	anna	{"name": "Анна Щукина", "role": "employee", "extensions": ["101"]}	operator user.add anna
5	2026-11-29 09:43:31.390463+00	bc0542ae-62ac-4b83-a502-59044386dd87	\N	operator	cli		user.add	boris	{"name": "Борис Ёлкин", "role": "employee", "extensions": ["102"]}	operator user.add boris
6	2026-11-29 09:43:32.385491+00	a0b51ad0-168e-4246-a8ac-b14d962dc11b	\N	operator	cli		user.add	grace	{"name": "Grace O'Neill", "role": "administrator", "extensions": ["101"]}	operator user.add grace
7	2026-11-29 09:43:32.450978+00	bc0542ae-62ac-4b83-a502-59044386dd87	\N	operator	cli		user.add	victor	{"name": "Виктор", "role": "employee", "extensions": ["102"]}	operator user.add victor
8	2026-11-29 09:43:32.490314+00	bc0542ae-62ac-4b83-a502-59044386dd87	\N	operator	cli		user.link	victor	{"role": "employee", "hours": 24}	operator user.link victor
9	2026-11-29 09:43:34.687487+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	login	olga	\N	olga login olga 192.0.2.7
10	2026-11-29 09:43:36.574341+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2d21-71bc-b000-252aa029b93d	anna	page	192.0.2.7	login	anna	\N	anna login anna 192.0.2.7
11	2026-11-29 09:43:37.731373+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-332d-75fb-99af-0b2ea3d3b351	boris	page	192.0.2.7	login	boris	\N	boris login boris 192.0.2.7
12	2026-11-29 09:43:37.836223+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	token.add	olga	{"name": "nightly", "days": null}	olga token.add olga 192.0.2.7
13	2026-11-29 09:43:37.855253+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2d21-71bc-b000-252aa029b93d	anna	page	192.0.2.7	token.add	anna	{"name": "phone", "days": 3650}	anna token.add anna 192.0.2.7
14	2026-11-29 09:43:39.155314+00	a0b51ad0-168e-4246-a8ac-b14d962dc11b	\N		page	192.0.2.66	login.failed	grace	\N	login.failed grace 192.0.2.66
15	2026-11-29 09:43:40.420709+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	message.play	01a00e69-a640-7a6e-8e2d-c4c5c617f34c	{"addressee": {"name": "Ромашка", "number": "74951234567"}, "caller": {"number": "89035556677", "name": ""}, "received_at": "2026-08-17T06:30:00+00:00"}	olga message.play 01a00e69-a640-7a6e-8e2d-c4c5c617f34c 192.0.2.7
16	2026-11-29 09:43:40.440174+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2d21-71bc-b000-252aa029b93d	anna	page	192.0.2.7	message.play	01a0ebdb-1a40-71b2-aa9d-0ebc00f89e67	{"addressee": {"name": "Анна Щукина", "number": "101"}, "caller": {"number": "102", "name": "Борис Ёлкин"}, "received_at": "2026-09-29T06:30:00+00:00"}	anna message.play 01a0ebdb-1a40-71b2-aa9d-0ebc00f89e67 192.0.2.7
17	2026-11-29 09:43:40.456483+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	message.delete	01a09e9b-b640-708a-a5e3-a8b9aeedc0f7	{"addressee": {"name": "Ромашка", "number": "74951234567"}, "caller": {"number": "anonymous", "name": "=HYPERLINK(1)"}, "received_at": "2026-09-14T06:30:00+00:00"}	olga message.delete 01a09e9b-b640-708a-a5e3-a8b9aeedc0f7 192.0.2.7
18	2026-11-29 09:43:40.479434+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	message.hold	01a0ccf4-f240-7764-a59a-3df444bd7d6b	{"addressee": {"name": "Ромашка", "number": "74951234567"}, "caller": {"number": "+79161234567", "name": "Пётр Ёжиков"}, "received_at": "2026-09-23T06:30:00+00:00", "reason": "Дело А40-1/2026"}	olga message.hold 01a0ccf4-f240-7764-a59a-3df444bd7d6b 192.0.2.7
19	2026-11-29 09:43:40.479575+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	message.hold	01a0f101-7640-79ec-994c-13f332847b3b	{"addressee": {"name": "Борис Ёлкин", "number": "102"}, "caller": {"number": "79267778899", "name": ""}, "received_at": "2026-09-30T06:30:00+00:00", "reason": "Дело А40-1/2026"}	olga message.hold 01a0f101-7640-79ec-994c-13f332847b3b 192.0.2.7
20	2026-11-29 09:43:40.493035+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	message.release	01a0f101-7640-79ec-994c-13f332847b3b	{"addressee": {"name": "Борис Ёлкин", "number": "102"}, "caller": {"number": "79267778899", "name": ""}, "received_at": "2026-09-30T06:30:00+00:00", "reason": "Дело А40-1/2026"}	olga message.release 01a0f101-7640-79ec-994c-13f332847b3b 192.0.2.7
21	2026-11-29 09:43:40.522465+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	message.delete	01a0f101-7640-79ec-994c-13f332847b3b	{"addressee": {"name": "Борис Ёлкин", "number": "102"}, "caller": {"number": "79267778899", "name": ""}, "received_at": "2026-09-30T06:30:00+00:00"}	olga message.delete 01a0f101-7640-79ec-994c-13f332847b3b 192.0.2.7
22	2026-11-29 09:43:40.538943+00	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	olga	page	192.0.2.7	message.hold	01a0f101-7640-79ec-994c-13f332847b3b	{"addressee": {"name": "Борис Ёлкин", "number": "102"}, "caller": {"number": "79267778899", "name": ""}, "received_at": "2026-09-30T06:30:00+00:00", "reason": "Ещё раз"}	olga message.hold 01a0f101-7640-79ec-994c-13f332847b3b 192.0.2.7
23	2026-11-29 09:43:40.598046+00	bc0542ae-62ac-4b83-a502-59044386dd87	\N	operator	cli		user.disable	boris	\N	operator user.disable boris
\.


--
-- Data for Name: companies; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.companies (id, name, config, version) FROM stdin;
a0b51ad0-168e-4246-a8ac-b14d962dc11b	Lily & Co	{"company":{"name":"Lily & Co","language":"en","timezone":"Europe/London","self_service":false},"numbers":{"442079460123":{"menu":null,"employee":null,"voicemail":true},"442079460124":{"menu":null,"employee":"101","voicemail":null}},"menus":{},"employees":{"101":{"name":"Grace O'Neill","numbers":[],"endpoint":"PJSIP/lily-101","ring_timeout":20.0,"greeting":null,"keep_days":null,"forward":{"always":null,"busy":null,"no_answer":null,"unreachable":null,"no_answer_after":null}}},"voicemail":{"min_seconds":0.1,"max_seconds":180.0,"silence_seconds":8.0,"review":false,"greeting":null,"keep_days":null,"max_messages":null},"prompts":{}}	2
bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	{"company":{"name":"Ромашка","language":"ru","timezone":"Europe/Moscow","self_service":false},"numbers":{"74951234567":{"menu":"main","employee":null,"voicemail":null},"74951234568":{"menu":null,"employee":"101","voicemail":null},"74951234569":{"menu":null,"employee":null,"voicemail":true}},"menus":{"main":{"greeting":"prompt:welcome","timeout":4.0,"digit_timeout":2.0,"repeats":1,"direct_dial":true,"default":{"action":"voicemail","employee":null},"invalid":{"action":"repeat"},"invalid_limit":3,"keys":{"1":{"action":"ring","employee":"101","employees":[],"strategy":"all","timeout":null,"no_answer":{"action":"voicemail","employee":null}},"2":{"action":"ring","employee":null,"employees":["101","102"],"strategy":"in-turn","timeout":12.0,"no_answer":{"action":"voicemail","employee":null}},"3":{"action":"menu","menu":"hours"},"4":{"action":"dial","number":"+74957654399"},"9":{"action":"voicemail","employee":"102"},"*":{"action":"repeat"},"#":{"action":"hangup"}}},"hours":{"greeting":"prompt:hours","timeout":5.0,"digit_timeout":2.0,"repeats":1,"direct_dial":false,"default":{"action":"menu","menu":"main"},"invalid":{"action":"repeat"},"invalid_limit":3,"keys":{}}},"employees":{"101":{"name":"Анна Щукина","numbers":["101","+7 916 000-11-22"],"endpoint":"PJSIP/101","ring_timeout":17.0,"greeting":null,"keep_days":400,"forward":{"always":null,"busy":{"action":"ring","employee":"102","employees":[],"strategy":"all","timeout":null,"no_answer":{"action":"voicemail","employee":null}},"no_answer":{"action":"voicemail","employee":null},"unreachable":{"action":"dial","number":"+79160001122"},"no_answer_after":10.0}},"102":{"name":"Борис Ёлкин","numbers":["102"],"endpoint":"Local/102@office","ring_timeout":20.0,"greeting":null,"keep_days":null,"forward":{"always":null,"busy":null,"no_answer":null,"unreachable":null,"no_answer_after":null}}},"voicemail":{"min_seconds":0.1,"max_seconds":120.0,"silence_seconds":8.0,"review":true,"greeting":null,"keep_days":3650,"max_messages":null},"prompts":{"welcome":{"say":"Да.","file":null,"recorded":null,"voice":null,"audio":"4c0d1b33789f06c44f6dafc7a587f4183b22d844166b65ad8362bdfbb7dece0a"},"hours":{"say":null,"file":"hours.wav","recorded":null,"voice":null,"audio":"cf0db473c3b6da3b532b16b61fde64c455865fc8e08a0abe5a58b06799c5934e"}}}	1
\.


--
-- Data for Name: config_version; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.config_version (id, version) FROM stdin;
1	2
\.


--
-- Data for Name: invitations; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.invitations (token_hash, user_id, company_id, role, created_at, expires_at) FROM stdin;
a0794a922c9b30e23ea71a3ca3af5e91b726389614564ea281526e38beed976a	01a226b0-3743-7470-a31d-5fbe043bd476	bc0542ae-62ac-4b83-a502-59044386dd87	employee	2026-11-29 09:43:32.478682+00	2026-11-30 09:43:32.478682+00
\.


--
-- Data for Name: login_failures; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.login_failures (key, failures, last_at, blocked_until) FROM stdin;
account:e010fd1ce1acc173e3b4835b7635f8d4600d774869102adb5cb7b5d7895649ba	1	2026-11-29 09:43:37.865922+00	\N
address:192.0.2.66/32	1	2026-11-29 09:43:37.865922+00	\N
address:192.0.2.7/32	0	2026-11-29 09:43:36.612509+00	\N
\.


--
-- Data for Name: messages; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.messages (place, id, state, company_id, company, box, addressee_name, addressee_number, caller_number, caller_name, dialled, received_at, timezone, day, source, call_id, replaces, min_speech, duration, speech, size, sha256, peaks, audio_key, cut_off, heard_at, deleted_at, addressee_words, caller_words, restored_at, held_at, held_by, hold_reason) FROM stdin;
1873479204864127110	019ffef6-9240-7299-bd10-885d7a5edf37	kept	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	company	Ромашка	74951234567	+79161234567	Пётр Ёжиков	74951234567	2026-08-14 06:30:00+00	Europe/Moscow	2026-08-14	ari	1790000002.2	\N	0.1	0.45	0.128	7244	e0171d257761d81bca5cb83a90e04edc0abfb0321237bf4e27a477ab15f70355	\\x0203050802030305050201020405040102020404010201040909050301060b0b020102090c0c0203020c0d0c0201040e0e090101030e0d070101040d0f060101080e0e0301020d0e0c020103101104010209171403020c1c1e1a0c0d253a3c12110f1f402013121b5b5c2a200e1e5e5f270c0e2d787b311109182b7372240a0a31898b350907152e7c7923050612318132140605052863631b0502062063642a070600000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/08/019ffef6-9240-7299-bd10-885d7a5edf37.wav	f	\N	\N	ромашка 74951234567	+79161234567 79161234567 петр ежиков	\N	\N	\N	\N
1873750995763212204	01a00e69-a640-7a6e-8e2d-c4c5c617f34c	kept	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	company	Ромашка	74951234567	89035556677		74951234567	2026-08-17 06:30:00+00	Europe/Moscow	2026-08-17	ari	1790000003.3	\N	0.1	0.45	0.128	7244	3dff44d74cd95d09ff66fc6674e97a04a9ecad1fb35148c700b17ab869adbc42	\\x0000000000000000000000000000000000000000000000010207050409140a030305020405030202020607040305020f142f1404010e162f1103020a1c18090204040304150b0606141507010208141506010a0f180a0801030506030600030e0f0501010613140601061a201f0c030e2e31120609195657200c19616c5419213795a03f292a609fa93414396fb78735152d429387300d0e2a4e816c230b04131f3f3e190901000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/08/01a00e69-a640-7a6e-8e2d-c4c5c617f34c.wav	f	2026-11-29 09:43:40.404283+00	\N	ромашка 74951234567	89035556677 79035556677	\N	\N	\N	\N
1876287710822483761	01a09e9b-b640-708a-a5e3-a8b9aeedc0f7	kept	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	company	Ромашка	74951234567	anonymous	=HYPERLINK(1)	74951234567	2026-09-14 06:30:00+00	Europe/Moscow	2026-09-14	ari	1790000004.4	\N	0.1	0.45	0.16	7244	32c575e1b9f960f5fcaf5d82815ccdb23cb0f8c664bafbe496c35dba0f4e58e5	\\x00000000000000000000000000000000000000000000000202030304040506050403090a090909060a0b1215060a1115070b080908060a07080904070f0a0a050c2d361a17112c707d442522356f581f0400000000000000000000000000000000000000000000000102080503140c0704050203050302030205050705030609142c2c120819494e2814112f575c200a1f63744e190a1e57573211081845411a07010612170804031e121411080302040908050100020b27220c0c05030d121208040001080d0f05010001071c220d04000a19525a220f041c3c7b89320d0a273765561a05010000000000000000000000000000000000000000000000000000	2026/09/01a09e9b-b640-708a-a5e3-a8b9aeedc0f7.wav	f	\N	2026-11-29 09:43:40.455692+00	ромашка 74951234567	anonymous =hyperlink(1) 1	\N	\N	\N	\N
1877103083520745836	01a0ccf4-f240-7764-a59a-3df444bd7d6b	kept	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	company	Ромашка	74951234567	+79161234567	Пётр Ёжиков	74951234567	2026-09-23 06:30:00+00	Europe/Moscow	2026-09-23	ari	1790000005.5	\N	0.1	0.45	0.128	7244	fb7f0df7e3d38c0e732d6b0ca722ee79665bdc813df5f5ed15c72ffa9ccaf885	\\x0000000000000000000000000000000000000000000000000000000000140c070808070708060800000000000000000006161a07000107272a0500010f4b500c01062354150a020d68672a0606296a6b20061c3e7935181533737038202b47847a4f362e486b694229222c486449281c18284741312012121c2a241d100c070a0b0e0d0804030000000000000000000000000000000000000000000000010102020102010201020102020201030203010202030302010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/09/01a0ccf4-f240-7764-a59a-3df444bd7d6b.wav	f	\N	\N	ромашка 74951234567	+79161234567 79161234567 петр ежиков	\N	2026-11-29 09:43:40.479385+00	olga	Дело А40-1/2026
1877556068352335250	01a0e6b4-be40-7227-a816-122143f907d3	kept	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	employee	Анна Щукина	101	74957654321	Лилия	74951234567	2026-09-28 06:30:00+00	Europe/Moscow	2026-09-28	ari	1790000006.6	\N	0.1	0.45	0.128	7244	b2bd0978b7cf576cf94a5d67f774c5456b9e5bd87f72e466ee22ac1e97d90326	\\x000000000000020607050a0b07090d0a0e0a0e0a0c090e080b0a0f0b0b18161621120e0d170b1419131c142d0e11181d08151b20211514060c110c0d0c0c04123820070309224926050628767a31080730888f33080839abac3d0d0a245d88682a0d0e2d576e4a280d0a182a32241308080c1115150c080505050605050505050605080705050604050605050605060708070807060506060505000000000000000000000000010101010202010201020202030102030103020202020202000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/09/01a0e6b4-be40-7227-a816-122143f907d3.wav	f	\N	\N	анна щукина 101 +7 916 000-11-22 79160001122	74957654321 лилия	\N	\N	\N	\N
1877646665319418665	01a0ebdb-1a40-71b2-aa9d-0ebc00f89e67	kept	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	employee	Анна Щукина	101	102	Борис Ёлкин	74951234567	2026-09-29 06:30:00+00	Europe/Moscow	2026-09-29	ari	1790000007.7	\N	0.1	0.45	0.128	7244	fd3e43e6b97387813f77327d39fcef9d3e730f2db939f0586a43f82e27ba4c2b	\\x000000000000030405050404050504060606060705060404060505060705090a050806070406070506070603040705050708070d21240d080d2c2f3210061b4d4d24171638605a230a275d958d2c0d326a97693d083b71b4a1440a146097853d0b18419782480d030f2e3f260a0302062a2b1d0300031a2a2b060201031d2b29060202031d2c2b060404031d2b2b06040504062b2a1d030505031d2b2c060405000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/09/01a0ebdb-1a40-71b2-aa9d-0ebc00f89e67.wav	f	2026-11-29 09:43:40.438903+00	\N	анна щукина 101 +7 916 000-11-22 79160001122	102 борис елкин	\N	\N	\N	\N
1877737262285290427	01a0f101-7640-79ec-994c-13f332847b3b	kept	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	employee	Борис Ёлкин	102	79267778899		74951234567	2026-09-30 06:30:00+00	Europe/Moscow	2026-09-30	ari	1790000008.8	\N	0.1	0.45	0.128	7244	cb38fb55a54332c0cdabafca6d34477ad5bd7755117186dc0520b90e3ca1d860	\\x00000000000000010409090201050a0b0a0201030d0c050101080d0f0301030e0d090102060d0d0301030e0e0c0202050f10040006222a1001011f504b0b040b227522120118197923210d2c28881c2f111729605e2710122427531f1d0e080d19220e05000504060504050503060608050705060404060305060506070807060806050606050508050403090606050a05080e27301c0b0927419897350f09161c342804020202151f1f05020202121f1f04030302051f1e0f020303051f201602030000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/09/01a0f101-7640-79ec-994c-13f332847b3b.wav	f	\N	2026-11-29 09:43:40.521635+00	борис елкин 102	79267778899	\N	2026-11-29 09:43:40.538902+00	olga	Ещё раз
1878009053184429864	01a10074-8a40-75b9-b667-57564228a31a	kept	a0b51ad0-168e-4246-a8ac-b14d962dc11b	Lily & Co	company	Lily & Co	442079460123	+442079460999	Dr. No	442079460123	2026-10-03 06:30:00+00	Europe/London	2026-10-03	ari	1790000009.9	\N	0.1	0.45	0.128	7244	1e6418a14cbcd7e3f9e4b255ceb2e611eed7f23036dfcb3d27b0267bfe9ba70b	\\x00000000000000060918191404051119180e090a191f1f080a2b33330d05144b4b310d0b2157581c0f162a71762b161e387a782b1117499e99441305336699693e07153d9dae791909103468622b0e0205101a160601000101080a03010001020a0904010001020c0b07010001020b0b07010001020b0b06010001020c0b04000000010e0e0200000004161a0400000007343709000201115b60190404052a777e3509060b3e838134110505070d16060000000000000000000000000000000000000000000000000000000101020202020201010202020202020203030202020302000000000000000000000000000000000000000000000000000000000000	2026/10/01a10074-8a40-75b9-b667-57564228a31a.wav	f	\N	\N	lily & co 442079460123	+442079460999 442079460999 dr. no	\N	\N	\N	\N
1878099650150942422	01a1059a-e640-770f-a3af-79928308732a	kept	a0b51ad0-168e-4246-a8ac-b14d962dc11b	Lily & Co	employee	Grace O'Neill	101	+442079460998		74951234567	2026-10-04 06:30:00+00	Europe/London	2026-10-04	ari	1790000010.10	\N	0.1	0.45	0.128	7244	a460753f973c65b4d065d6843734a4d7be9eddca37e5b53d12758e5799e2ba06	\\x09071a1a080a0a071a1a080a0d0e1f200b0b09151b1c0808092121210806061d1d1306070520210e05060925280b0a0d234a401b141746501b100a1f6264210a0b215350251730366d30130627787d240421298d49260921216e44240f172b6766240f0a173b3b140902061427260e0600060d212412070101081228281007000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/10/01a1059a-e640-770f-a3af-79928308732a.wav	f	\N	\N	grace o'neill 101	+442079460998 442079460998	\N	\N	\N	\N
1878190247117537772	01a10ac1-4240-7189-9408-9b9eb0d6c71e	kept	\N	unassigned	company	unassigned	78120000000	1\r\nagi_evil: yes	x‮q	78120000000	2026-10-05 06:30:00+00	UTC	2026-10-05	ari	1790000011.11	\N	0.1	0.45	0.128	7244	343e1a128fb78a1acc8b111335ba08796351f218d86b3f26230ad7c837c5cca8	\\x0b1529301d1216264d4f332530438285492b38373b2c170a0811130f0704091a1b1304040b1b1c0c05061221200c050d23261307060f25260d050812272610070e0b330f0d0213424a16040d154c3d17021d506c1e07061a6f522004241f822620072145691f1f0a24156d17290e14235251220f0e201c50381a0f0a111939360e09060a0d3330150c0400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/10/01a10ac1-4240-7189-9408-9b9eb0d6c71e.wav	f	\N	\N	unassigned 78120000000	1 agi_evil: yes 1 x q	\N	\N	\N	\N
1883185265369080192	01a226b0-5749-7001-bd42-644cafb91fcd	recording	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	company	Ромашка	74951234567	+79161234567		74951234567	2026-11-29 09:43:40.617071+00	Europe/Moscow	2026-11-29	ari	d1	\N	0.1	\N	\N	\N	\N	\N	\N	f	\N	\N	ромашка 74951234567	+79161234567 79161234567	\N	\N	\N	\N
1883185265369629949	01a226b0-5749-7e1b-b851-444f9ca9b6a1	recording	a0b51ad0-168e-4246-a8ac-b14d962dc11b	Lily & Co	employee	Grace O'Neill	101	+79161234567		74951234567	2026-11-29 09:43:40.617129+00	Europe/London	2026-11-29	ari	d3	\N	0.1	\N	\N	\N	\N	\N	\N	f	\N	\N	grace o'neill 101	+79161234567 79161234567	\N	\N	\N	\N
1883185265369630472	01a226b0-5749-71ed-bc28-99e219fdc296	recording	a0b51ad0-168e-4246-a8ac-b14d962dc11b	Lily & Co	employee	Grace O'Neill	101	+79161234567		74951234567	2026-11-29 09:43:40.617136+00	Europe/London	2026-11-29	ari	d3	01a226b0-5749-7e1b-b851-444f9ca9b6a1	0.1	\N	\N	\N	\N	\N	\N	f	\N	\N	grace o'neill 101	+79161234567 79161234567	\N	\N	\N	\N
1883185265369631118	01a226b0-5749-7cea-b713-8f0ef5e5d0d6	empty	bc0542ae-62ac-4b83-a502-59044386dd87	Ромашка	company	Ромашка	74951234567	+79161234567		74951234567	2026-11-29 09:43:40.617151+00	Europe/Moscow	2026-11-29	ari	d4	\N	0.1	\N	0	\N	\N	\N	\N	f	\N	\N	ромашка 74951234567	+79161234567 79161234567	\N	\N	\N	\N
\.


--
-- Data for Name: news; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.news (seq, at, kind, company_id, user_id, box, addressee_number, message_id) FROM stdin;
1	2026-11-29 09:43:39.673944+00	kept	bc0542ae-62ac-4b83-a502-59044386dd87	\N	company	74951234567	019ffef6-9240-7299-bd10-885d7a5edf37
2	2026-11-29 09:43:39.812224+00	kept	bc0542ae-62ac-4b83-a502-59044386dd87	\N	company	74951234567	01a00e69-a640-7a6e-8e2d-c4c5c617f34c
3	2026-11-29 09:43:39.883766+00	kept	bc0542ae-62ac-4b83-a502-59044386dd87	\N	company	74951234567	01a09e9b-b640-708a-a5e3-a8b9aeedc0f7
4	2026-11-29 09:43:40.098039+00	kept	bc0542ae-62ac-4b83-a502-59044386dd87	\N	company	74951234567	01a0ccf4-f240-7764-a59a-3df444bd7d6b
5	2026-11-29 09:43:40.148623+00	kept	bc0542ae-62ac-4b83-a502-59044386dd87	\N	employee	101	01a0e6b4-be40-7227-a816-122143f907d3
6	2026-11-29 09:43:40.192772+00	kept	bc0542ae-62ac-4b83-a502-59044386dd87	\N	employee	101	01a0ebdb-1a40-71b2-aa9d-0ebc00f89e67
7	2026-11-29 09:43:40.230716+00	kept	bc0542ae-62ac-4b83-a502-59044386dd87	\N	employee	102	01a0f101-7640-79ec-994c-13f332847b3b
8	2026-11-29 09:43:40.275792+00	kept	a0b51ad0-168e-4246-a8ac-b14d962dc11b	\N	company	442079460123	01a10074-8a40-75b9-b667-57564228a31a
9	2026-11-29 09:43:40.323958+00	kept	a0b51ad0-168e-4246-a8ac-b14d962dc11b	\N	employee	101	01a1059a-e640-770f-a3af-79928308732a
10	2026-11-29 09:43:40.358305+00	kept	\N	\N	company	78120000000	01a10ac1-4240-7189-9408-9b9eb0d6c71e
11	2026-11-29 09:43:40.420809+00	marked	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2718-78e7-bfe5-ca02014081a8	company	74951234567	01a00e69-a640-7a6e-8e2d-c4c5c617f34c
12	2026-11-29 09:43:40.44026+00	marked	bc0542ae-62ac-4b83-a502-59044386dd87	01a226b0-2d21-71bc-b000-252aa029b93d	employee	101	01a0ebdb-1a40-71b2-aa9d-0ebc00f89e67
13	2026-11-29 09:43:40.461906+00	deleted	bc0542ae-62ac-4b83-a502-59044386dd87	\N	company	74951234567	01a09e9b-b640-708a-a5e3-a8b9aeedc0f7
14	2026-11-29 09:43:40.522573+00	deleted	bc0542ae-62ac-4b83-a502-59044386dd87	\N	employee	102	01a0f101-7640-79ec-994c-13f332847b3b
\.


--
-- Data for Name: numbers; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.numbers (number, company_id) FROM stdin;
442079460123	a0b51ad0-168e-4246-a8ac-b14d962dc11b
442079460124	a0b51ad0-168e-4246-a8ac-b14d962dc11b
74951234567	bc0542ae-62ac-4b83-a502-59044386dd87
74951234568	bc0542ae-62ac-4b83-a502-59044386dd87
74951234569	bc0542ae-62ac-4b83-a502-59044386dd87
\.


--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.sessions (token_hash, user_id, created_at, seen_at, address, agent) FROM stdin;
8f4ae9c8fbb4b716959b04bdb451ba10ea5ce345561f1deda878b42fca616cc3	01a226b0-2718-78e7-bfe5-ca02014081a8	2026-11-29 09:43:34.660615+00	2026-11-29 09:43:34.660615+00	192.0.2.7	Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
d1d804b97cd99e26726afc4630b263d5458794fca1b686d877861ed9c3a55915	01a226b0-2d21-71bc-b000-252aa029b93d	2026-11-29 09:43:36.558416+00	2026-11-29 09:43:36.558416+00	192.0.2.7	Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
\.


--
-- Data for Name: tallies; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.tallies (company_id, box, month, kept) FROM stdin;
	*	2026-10	1
	company	2026-10	1
a0b51ad0-168e-4246-a8ac-b14d962dc11b	*	2026-10	2
a0b51ad0-168e-4246-a8ac-b14d962dc11b	company	2026-10	1
a0b51ad0-168e-4246-a8ac-b14d962dc11b	employee	2026-10	1
a0b51ad0-168e-4246-a8ac-b14d962dc11b	employee:101	2026-10	1
bc0542ae-62ac-4b83-a502-59044386dd87	*	2026-08	2
bc0542ae-62ac-4b83-a502-59044386dd87	*	2026-09	3
bc0542ae-62ac-4b83-a502-59044386dd87	company	2026-08	2
bc0542ae-62ac-4b83-a502-59044386dd87	company	2026-09	1
bc0542ae-62ac-4b83-a502-59044386dd87	employee	2026-09	2
bc0542ae-62ac-4b83-a502-59044386dd87	employee:101	2026-09	2
bc0542ae-62ac-4b83-a502-59044386dd87	employee:102	2026-09	0
\.


--
-- Data for Name: tokens; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.tokens (id, user_id, name, token_hash, created_at, used_at, expires_at) FROM stdin;
01a226b0-4c4c-789f-87ad-0259fd7fd886	01a226b0-2718-78e7-bfe5-ca02014081a8	nightly	9fbf67da0ea9d66e40b492614e3fbdc05914ba61d20943a5367116b31f9a7782	2026-11-29 09:43:37.804323+00	\N	\N
01a226b0-4c7a-7656-a5c9-667862fcfe48	01a226b0-2d21-71bc-b000-252aa029b93d	phone	daf84e3129177dc4c5e6c91c83e03fe6f98445e085da3b13f29936c7ac1329c9	2026-11-29 09:43:37.850276+00	\N	2036-11-26 09:43:37.850276+00
\.


--
-- Data for Name: unheard; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.unheard (user_id, place) FROM stdin;
01a226b0-2718-78e7-bfe5-ca02014081a8	1873479204864127110
01a226b0-2718-78e7-bfe5-ca02014081a8	1876287710822483761
01a226b0-2718-78e7-bfe5-ca02014081a8	1877103083520745836
01a226b0-2718-78e7-bfe5-ca02014081a8	1877556068352335250
01a226b0-2718-78e7-bfe5-ca02014081a8	1877646665319418665
01a226b0-2718-78e7-bfe5-ca02014081a8	1877737262285290427
01a226b0-2d21-71bc-b000-252aa029b93d	1877556068352335250
01a226b0-332d-75fb-99af-0b2ea3d3b351	1877737262285290427
01a226b0-3705-7d69-8ef0-ffa743129d7b	1878009053184429864
01a226b0-3705-7d69-8ef0-ffa743129d7b	1878099650150942422
01a226b0-3743-7470-a31d-5fbe043bd476	1877737262285290427
\.


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.users (id, company_id, login, name, role, extensions, password_hash, language, must_change_password, created_at, logged_in_at, disabled_at) FROM stdin;
01a226b0-2718-78e7-bfe5-ca02014081a8	bc0542ae-62ac-4b83-a502-59044386dd87	olga	Ольга Смирнова	administrator	[]	$argon2id$v=19$m=65536,t=3,p=4$RUtJM24+vmJM0+od16meow$6WgV6AWAV+nKoSN0iabUvORhoK3ZXsCWmdAejQhpEnU	ru	f	2026-11-29 09:43:28.280602+00	2026-11-29 09:43:34.660615+00	\N
01a226b0-2d21-71bc-b000-252aa029b93d	bc0542ae-62ac-4b83-a502-59044386dd87	anna	Анна Щукина	employee	["101"]	$argon2id$v=19$m=65536,t=3,p=4$2CK08aaiS+hV1Ki47WDmKQ$/GG7vNF/2gqdOHGBVQdLLRnbgtzRj3CdZkV8wJg0ZCo	\N	f	2026-11-29 09:43:29.825021+00	2026-11-29 09:43:36.558416+00	\N
01a226b0-332d-75fb-99af-0b2ea3d3b351	bc0542ae-62ac-4b83-a502-59044386dd87	boris	Борис Ёлкин	employee	["102"]	$argon2id$v=19$m=65536,t=3,p=4$FLSYbIPtcSrk5C5HJFCM4w$mf4IRWxY/UI8lBckaYBDZtADmxQvKdkI4O+ILj6Z1V8	\N	f	2026-11-29 09:43:31.373443+00	2026-11-29 09:43:37.600322+00	2026-11-29 09:43:40.587085+00
01a226b0-3705-7d69-8ef0-ffa743129d7b	a0b51ad0-168e-4246-a8ac-b14d962dc11b	grace	Grace O'Neill	administrator	["101"]	$argon2id$v=19$m=65536,t=3,p=4$I9N6Ju7hISk1WHR9CQhvfw$L3wga6xepOhmsRZIscB7B4sxno3wwBOeMdWFXumSAtk	\N	f	2026-11-29 09:43:32.357442+00	\N	\N
01a226b0-3743-7470-a31d-5fbe043bd476	bc0542ae-62ac-4b83-a502-59044386dd87	victor	Виктор	employee	["102"]	\N	\N	f	2026-11-29 09:43:32.41964+00	\N	\N
\.


--
-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_id_seq', 23, true);


--
-- Name: news_seq_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.news_seq_seq', 14, true);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: addressees pk_addressees; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.addressees
    ADD CONSTRAINT pk_addressees PRIMARY KEY (key);


--
-- Name: audit pk_audit; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (id);


--
-- Name: companies pk_companies; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.companies
    ADD CONSTRAINT pk_companies PRIMARY KEY (id);


--
-- Name: config_version pk_config_version; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.config_version
    ADD CONSTRAINT pk_config_version PRIMARY KEY (id);


--
-- Name: invitations pk_invitations; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT pk_invitations PRIMARY KEY (token_hash);


--
-- Name: login_failures pk_login_failures; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_failures
    ADD CONSTRAINT pk_login_failures PRIMARY KEY (key);


--
-- Name: messages pk_messages; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT pk_messages PRIMARY KEY (place);


--
-- Name: news pk_news; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.news
    ADD CONSTRAINT pk_news PRIMARY KEY (seq);


--
-- Name: numbers pk_numbers; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT pk_numbers PRIMARY KEY (number);


--
-- Name: sessions pk_sessions; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (token_hash);


--
-- Name: tallies pk_tallies; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT pk_tallies PRIMARY KEY (company_id, box, month);


--
-- Name: tokens pk_tokens; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT pk_tokens PRIMARY KEY (id);


--
-- Name: unheard pk_unheard; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unheard
    ADD CONSTRAINT pk_unheard PRIMARY KEY (user_id, place);


--
-- Name: users pk_users; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT pk_users PRIMARY KEY (id);


--
-- Name: companies uq_companies_name; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.companies
    ADD CONSTRAINT uq_companies_name UNIQUE (name);


--
-- Name: messages uq_messages_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT uq_messages_id UNIQUE (id);


--
-- Name: tokens uq_tokens_token_hash; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT uq_tokens_token_hash UNIQUE (token_hash);


--
-- Name: users uq_users_login; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT uq_users_login UNIQUE (login);


--
-- Name: ix_addressees_company; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_addressees_company ON public.addressees USING btree (company_id, box, number);


--
-- Name: ix_audit_company; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_company ON public.audit USING btree (company_id, id);


--
-- Name: ix_invitations_company_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_invitations_company_id ON public.invitations USING btree (company_id);


--
-- Name: ix_invitations_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_invitations_user_id ON public.invitations USING btree (user_id);


--
-- Name: ix_login_failures_last_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_login_failures_last_at ON public.login_failures USING btree (last_at);


--
-- Name: ix_messages_addressee; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_addressee ON public.messages USING btree (company_id, box, addressee_number, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL));


--
-- Name: ix_messages_bin; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_bin ON public.messages USING btree (company_id, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NOT NULL));


--
-- Name: ix_messages_box; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_box ON public.messages USING btree (company_id, box, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL));


--
-- Name: ix_messages_call; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_call ON public.messages USING btree (call_id);


--
-- Name: ix_messages_company; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_company ON public.messages USING btree (company_id, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL));


--
-- Name: ix_messages_drafts; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_drafts ON public.messages USING btree (place) WHERE ((state)::text = 'recording'::text);


--
-- Name: ix_messages_going; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_going ON public.messages USING btree (place) WHERE (((state)::text = 'discarded'::text) AND (audio_key IS NOT NULL));


--
-- Name: ix_messages_held; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_held ON public.messages USING btree (company_id, place) WHERE (held_at IS NOT NULL);


--
-- Name: ix_messages_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_search ON public.messages USING gin (caller_words public.gin_trgm_ops);


--
-- Name: ix_messages_trash; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_trash ON public.messages USING btree (deleted_at) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NOT NULL) AND (held_at IS NULL));


--
-- Name: ix_messages_unassigned; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_unassigned ON public.messages USING btree (place) WHERE (company_id IS NULL);


--
-- Name: ix_messages_unkept; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_unkept ON public.messages USING btree (place) WHERE ((state)::text = ANY ((ARRAY['empty'::character varying, 'discarded'::character varying])::text[]));


--
-- Name: ix_numbers_company_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_numbers_company_id ON public.numbers USING btree (company_id);


--
-- Name: ix_sessions_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sessions_user_id ON public.sessions USING btree (user_id);


--
-- Name: ix_tokens_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_tokens_user_id ON public.tokens USING btree (user_id);


--
-- Name: ix_unheard_place; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_unheard_place ON public.unheard USING btree (place);


--
-- Name: ix_users_company_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_users_company_id ON public.users USING btree (company_id);


--
-- Name: invitations fk_invitations_company_id_companies; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT fk_invitations_company_id_companies FOREIGN KEY (company_id) REFERENCES public.companies(id) ON DELETE CASCADE;


--
-- Name: invitations fk_invitations_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT fk_invitations_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: numbers fk_numbers_company_id_companies; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT fk_numbers_company_id_companies FOREIGN KEY (company_id) REFERENCES public.companies(id) ON DELETE CASCADE;


--
-- Name: sessions fk_sessions_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: tokens fk_tokens_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT fk_tokens_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: unheard fk_unheard_place_messages; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unheard
    ADD CONSTRAINT fk_unheard_place_messages FOREIGN KEY (place) REFERENCES public.messages(place) ON DELETE CASCADE;


--
-- Name: unheard fk_unheard_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unheard
    ADD CONSTRAINT fk_unheard_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: users fk_users_company_id_companies; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT fk_users_company_id_companies FOREIGN KEY (company_id) REFERENCES public.companies(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


